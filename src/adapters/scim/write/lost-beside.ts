import { scimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { Acknowledged } from '../../../ports/scim-target.ts';
import type { Conversation } from '../dialect/conversation.ts';
import type { Answer } from '../shared/message.ts';
import { displaced, lostBeside } from './effect.ts';
import { wasShown } from './stored-evidence.ts';
import type { WireChange } from './wire-change.ts';

/** What does not change in an attribute has to be sent with what does. */
export const partsReplace = 'a part of an attribute takes the place of the whole';

/** An answer with what it shows to have gone with the changes. Where one element took the place of the others, lists go whole from then on. */
export function withLost(
  conversation: Conversation,
  type: ResourceType,
  changes: readonly WireChange[],
  { paths = [] }: Pick<Acknowledged, 'paths'>,
  answer: Answer,
): Answer {
  if (answer.body === undefined) return answer;
  const others = displaced(answer.body, changes, paths);
  if (others.length > 0)
    conversation.targetDialect.learn(
      'patch.valueFilters',
      false,
      'an element that was added to a list took the place of the others',
    );
  const beside = lostBeside(answer.body, changes, paths).filter((path) => wasShown(conversation, type, path));
  if (beside.some((path) => scimPath(path).filter === undefined))
    conversation.targetDialect.evidence.note(partsReplace);
  const lost = [...others, ...beside];
  return lost.length === 0 ? answer : { ...answer, lost };
}

import { readScimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import { isNoValue } from '../../../core/planning/diff.ts';
import type { Conversation } from '../dialect/conversation.ts';
import type { Answer, Body } from '../shared/message.ts';
import { shows } from './stored-evidence.ts';
import type { WireChange } from './wire-change.ts';

/** What a resource shows of what was promised (202), whoever put it there. */
export function noteShown(
  { targetDialect: { evidence } }: Conversation,
  type: ResourceType,
  held: Body,
  wire: readonly WireChange[],
): void {
  for (const { path, value } of wire)
    if (value !== undefined && !isNoValue(readScimPath(held, path))) evidence.note(shows(type, path.text));
}

/**
 * A reading by which a promise (202) counts as kept may lack a value that no answer of this target ever showed: it hides such
 * values, or nothing was done, and what is shown was there before. The first time such a value is sent again; from then on it
 * counts as not seen.
 */
export function withUnseen(
  { targetDialect: { evidence } }: Conversation,
  type: ResourceType,
  wire: readonly WireChange[],
  answer: Answer,
): Answer {
  const { body } = answer;
  if (body === undefined) return answer;
  const unseen = wire.flatMap(({ path, from, value }) => {
    // GitLab's externalId is the id; and of access there are other rules.
    const isSilent = path.text === 'externalId' || path.text === 'active' || path.attribute === 'password';
    const held = readScimPath(body, { ...path, filter: undefined, sub: undefined });
    return value === undefined || isSilent || !isNoValue(held) ? [] : [from ?? path.text];
  });
  const fact = (path: string): string => `not seen after a 202: ${path} of a ${type}`;
  const unstored = unseen.filter((path) => evidence.has(fact(path)));
  const lost = unseen.filter((path) => !evidence.has(fact(path)));
  for (const path of lost) evidence.note(fact(path));
  return {
    ...answer,
    ...(unstored.length === 0 ? {} : { unstored: [...(answer.unstored ?? []), ...unstored] }),
    ...(lost.length === 0 ? {} : { lost: [...(answer.lost ?? []), ...lost] }),
  };
}

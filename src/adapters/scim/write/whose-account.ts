import { fold } from '../../../core/directory/fold.ts';
import { isSourceId } from '../../../core/directory/source-id.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { textOf } from '../../../core/mapping/scim-values.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { ScimValue } from '../../../core/model/resource.ts';
import { readResource } from '../answers/resource.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Body } from '../shared/message.ts';
import { doubtOfEcho, doubtOfNothing, hasOthers, type EchoDoubt } from './echoed-account.ts';
import { existedBefore, isMadeJustNow } from './made-when.ts';

/**
 * Whose account a create is answered with. Some targets answer with one that they have and find alike (by mail, by slug):
 *
 * | the answer shows                                                     | it is                                      |
 * |----------------------------------------------------------------------|--------------------------------------------|
 * | 200, or a `meta` that tells that it was there                        | `before`; `others` with another externalId |
 * | the same, but no externalId, another name, and no word that it is new | as without, below                          |
 * | the externalId that was sent                                         | `named`                                    |
 * | another, and another name                                            | `others`                                   |
 * | another, and the name that was sent                                  | `kept`: the target gives ids of its own    |
 * | none, where such answers were seen to show it, and the name          | `before`                                   |
 * | none, and another name, where names were seen to be shown as sent    | `others`                                   |
 * | none, and another name, made a moment ago by its own `meta`          | `fresh`: the target gives names of its own |
 * | none, and another name                                               | `unproven`: read once, and the same again  |
 * | neither (an outcome of a bulk request)                               | the first are read, then believed          |
 * | what was sent, and no word on when it was made                       | see echoed-account.ts                      |
 * | none, and the name that was sent                                     | `fresh`                                    |
 *
 * The name is `userName` or `displayName`. What is noted of a target is only what an answer proved.
 */
export type Whose = 'named' | 'kept' | 'fresh' | 'before' | 'others' | 'unproven';

type Sent = ReadonlyMap<string, ScimValue>;

/** What is known of a creation beside its answer. */
export interface Created {
  readonly type: ResourceType;
  readonly id: TargetId;
  readonly sent: Sent;
  readonly members: readonly { readonly id: TargetId }[];
  /** Whether an id is certainly one that the target did not have before. */
  readonly isNew: (id: TargetId) => boolean;
}

export async function whoseAccount(conversation: Conversation, created: Created, answer: Answer): Promise<Whose> {
  const { type, id, sent, members, isNew } = created;
  const whose = judge(conversation, type, answer, sent, true);
  const lookAt = async (): Promise<Whose> =>
    judge(conversation, type, (await readBack(conversation, created, answer)) ?? answer, sent, false);
  if (whose === 'unproven') return lookAt();
  if (whose !== 'fresh' && whose !== 'named') return whose;
  if (shownText(answer.body, 'externalId') === undefined && shownName(type, answer.body) === undefined)
    return lookWhereDue(conversation, doubtOfNothing(type), whose, lookAt);
  const isRenamed = whose === 'fresh' && isOtherName(type, answer.body, sent);
  if (isRenamed || isNew(id)) return whose;
  if (hasOthers(type, answer, members) && !isMadeJustNow(answer)) return 'before';
  const doubt = doubtOfEcho(type, id, answer);
  if (doubt === undefined) return whose;
  return lookWhereDue(conversation, doubt, whose, async () => {
    const seen = await readBack(conversation, created, answer);
    return seen === undefined ? whose : judgeEchoed(type, seen, sent, whose);
  });
}

/** The first that are looked at, and a sample later on; the others are what the answer said. */
async function lookWhereDue(
  { targetDialect: { evidence } }: Conversation,
  { form, first, sample }: EchoDoubt,
  said: Whose,
  look: () => Promise<Whose>,
): Promise<Whose> {
  if (!(await evidence.isToBeLookedAt(form, first, sample))) return said;
  let found: boolean | undefined;
  try {
    const looked = await look();
    found = looked === 'named' || looked === 'fresh' || looked === 'kept';
    return looked;
  } finally {
    evidence.looked(form, first, found);
  }
}

/** The account by its id, as if the creation had been answered with it; undefined where it cannot be read. */
async function readBack(
  { exchange, signal }: Conversation,
  { type, id }: Created,
  answer: Answer,
): Promise<Answer | undefined> {
  const held = await readResource(exchange, type, id, signal);
  return isRefusal(held) || held.body === undefined ? undefined : { ...answer, date: held.date, body: held.body };
}

/**
 * What is behind an answer that repeated what was sent. A reading may show less than the answer did, and a name of the
 * target's own: only what it shows counts.
 */
function judgeEchoed(type: ResourceType, seen: Answer, sent: Sent, said: Whose): Whose {
  const [shownId, ours] = [shownText(seen.body, 'externalId'), sent.get('externalId')];
  const isOurs = shownId !== undefined && typeof ours === 'string' && isSourceId(shownId, ours);
  const isOther = isOtherName(type, seen.body, sent);
  if (!isOurs && isOther && (shownId !== undefined || existedBefore(seen))) return 'others';
  if (existedBefore(seen)) return 'before';
  return isOurs || !isOther || isMadeJustNow(seen) ? said : 'unproven';
}

/** @param isAnswer it is the answer to the creation, and not a reading: only then it tells what such answers show */
function judge(
  { targetDialect: { evidence } }: Conversation,
  type: ResourceType,
  answer: Answer,
  sent: Sent,
  isAnswer: boolean,
): Whose {
  const shown = shownName(type, answer.body);
  const isOther = isOtherName(type, answer.body, sent);
  const existed = existedBefore(answer);
  const shownId = shownText(answer.body, 'externalId');
  const ours = sent.get('externalId');
  if (showsId(answer, sent)) {
    if (existed) return 'before';
    if (isAnswer) evidence.note(showsIds(type));
    if (isOther) evidence.note(givesNames(type));
    else if (isAnswer && shown !== undefined) evidence.note(showsNames(type));
    return 'named';
  }
  if (shownId !== undefined) return existed || isOther ? 'others' : 'kept';
  if (existed && (!isOther || evidence.has(givesNames(type)) || isMadeJustNow(answer))) return 'before';
  if (existed) return evidence.has(showsNames(type)) ? 'others' : 'unproven';
  if (!isOther) {
    if (shown === undefined) return 'fresh';
    if (typeof ours === 'string' && evidence.has(showsIds(type))) return 'before';
    if (isAnswer) evidence.note(showsNames(type));
    return 'fresh';
  }
  if (evidence.has(showsNames(type))) return 'others';
  if (evidence.has(givesNames(type))) return 'fresh';
  if (!isMadeJustNow(answer)) return 'unproven';
  evidence.note(givesNames(type));
  return 'fresh';
}

/** Whether an answer shows the externalId that was sent. */
export function showsId({ body }: Answer, sent: Sent): boolean {
  const shown = shownText(body, 'externalId');
  const ours = sent.get('externalId');
  return shown !== undefined && typeof ours === 'string' && isSourceId(shown, ours);
}

const nameOf = { user: 'userName', group: 'displayName' } as const;

function showsIds(type: ResourceType): string {
  return `answers to creations of a ${type} show its externalId`;
}

function showsNames(type: ResourceType): string {
  return `answers to creations of a ${type} show its name as it was sent`;
}

function givesNames(type: ResourceType): string {
  return `gives a new ${type} a name of its own`;
}

function isOtherName(type: ResourceType, body: Body | undefined, sent: Sent): boolean {
  const [shown, name] = [shownName(type, body), sent.get(nameOf[type])];
  return shown !== undefined && typeof name === 'string' && fold(shown) !== fold(name);
}

function shownName(type: ResourceType, body: Body | undefined): string | undefined {
  return shownText(body, nameOf[type]);
}

function shownText(body: Body | undefined, path: string): string | undefined {
  const shown = body === undefined ? undefined : textOf(readScimPath(body, scimPath(path)));
  return shown === '' ? undefined : shown;
}

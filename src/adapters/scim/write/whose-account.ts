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
 * | none, and the name that was sent                                     | `fresh`                                    |
 *
 * The name is `userName` or `displayName`. What is noted of a target is only what an answer proved.
 */
export type Whose = 'named' | 'kept' | 'fresh' | 'before' | 'others' | 'unproven';

type Sent = ReadonlyMap<string, ScimValue>;

export async function whoseAccount(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  answer: Answer,
  sent: Sent,
): Promise<Whose> {
  const whose = judge(conversation, type, answer, sent, true);
  if (whose === 'unproven') return lookAt(conversation, type, id, answer, sent);
  const showsNothing = shownText(answer.body, 'externalId') === undefined && shownName(type, answer.body) === undefined;
  if (whose !== 'fresh' || !showsNothing) return whose;
  const { evidence } = conversation.targetDialect;
  const form = `creation of a ${type} that shows nothing`;
  if (!(await evidence.isToBeLookedAt(form, 1, sampledCreations))) return whose;
  let found: boolean | undefined;
  try {
    const looked = await lookAt(conversation, type, id, answer, sent);
    found = looked === 'named' || looked === 'fresh' || looked === 'kept';
    return looked;
  } finally {
    evidence.looked(form, 1, found);
  }
}

/** Creations that are believed to one that is looked at later on, of those whose answers show nothing. */
const sampledCreations = 100;

/** The account by its id. One that cannot be read, or shows no more, is what the answer said. */
async function lookAt(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  answer: Answer,
  sent: Sent,
): Promise<Whose> {
  const held = await readResource(conversation.exchange, type, id, conversation.signal);
  const seen = isRefusal(held) || held.body === undefined ? answer : { ...answer, date: held.date, body: held.body };
  return judge(conversation, type, seen, sent, false);
}

/** @param isAnswer it is the answer to the creation, and not a reading: only then it tells what such answers show */
function judge(
  { targetDialect: { evidence } }: Conversation,
  type: ResourceType,
  answer: Answer,
  sent: Sent,
  isAnswer: boolean,
): Whose {
  const name = sent.get(nameOf[type]);
  const shown = shownName(type, answer.body);
  const isOtherName = shown !== undefined && typeof name === 'string' && fold(shown) !== fold(name);
  const existed = existedBefore(answer);
  const shownId = shownText(answer.body, 'externalId');
  const ours = sent.get('externalId');
  if (showsId(answer, sent)) {
    if (existed) return 'before';
    if (isAnswer) evidence.note(showsIds(type));
    if (isOtherName) evidence.note(givesNames(type));
    else if (isAnswer && shown !== undefined) evidence.note(showsNames(type));
    return 'named';
  }
  if (shownId !== undefined) return existed || isOtherName ? 'others' : 'kept';
  if (existed && (!isOtherName || evidence.has(givesNames(type)) || isMadeJustNow(answer))) return 'before';
  if (existed) return evidence.has(showsNames(type)) ? 'others' : 'unproven';
  if (!isOtherName) {
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

function shownName(type: ResourceType, body: Body | undefined): string | undefined {
  return shownText(body, nameOf[type]);
}

function shownText(body: Body | undefined, path: string): string | undefined {
  const shown = body === undefined ? undefined : textOf(readScimPath(body, scimPath(path)));
  return shown === '' ? undefined : shown;
}

const longestCreation = 60_000;
const surelyOlder = 24 * 60 * 60_000;
/** Time zones differ by quarters of an hour, and by 14 hours at most. */
const quarter = 15 * 60_000;

/**
 * Whether an answer shows what was there before: 200 in place of 201 (RFC 7644 §3.3), or a `meta` that tells. Clocks of
 * targets are set to any time zone, so that "created" is compared with what the same target says otherwise.
 */
export function existedBefore({ status, date, body }: Answer): boolean {
  const created = timeIn(body, 'meta.created');
  return (
    status === 200 ||
    timeIn(body, 'meta.lastModified') - created > longestCreation ||
    Date.parse(date ?? '') - created > surelyOlder
  );
}

/** Whether an account says that it was made when its answer was sent, by the same target's clock, in whatever time zone. */
function isMadeJustNow({ date, body }: Answer): boolean {
  const age = Math.abs(Date.parse(date ?? '') - timeIn(body, 'meta.created'));
  const beside = age % quarter;
  return age < surelyOlder && Math.min(beside, quarter - beside) <= longestCreation;
}

function timeIn(body: Body | undefined, path: string): number {
  const said = body === undefined ? undefined : readScimPath(body, scimPath(path));
  return typeof said === 'string' ? Date.parse(said) : NaN;
}

import { readScimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Shown } from '../../../core/model/outcome.ts';
import { isNoValue } from '../../../core/planning/diff.ts';
import { isConfigured } from '../dialect/configured.ts';
import { alone, type Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { readResource } from '../answers/resource.ts';
import { unstored } from './effect.ts';
import { isAboutForm } from './about-form.ts';
import { asWholeLists, byItself, byPatch, otherForms } from './other-forms.ts';
import { patchRequests } from './patch.ts';
import { sendPatches } from './send-patch.ts';
import type { WireChange } from './wire-change.ts';
import { stores, storesNot, shows, partial, type Method } from './stored-evidence.ts';

/**
 * What a create left out. A POST may drop what a PATCH stores, which is sent by the next cycle (`lost`); what nothing
 * stores is `unstored`. The resource is read only while it is not known whether such answers show everything.
 */
export async function storedByCreate(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  answer: Answer,
): Promise<Shown | undefined> {
  const {
    targetDialect: { evidence },
  } = conversation;
  const left = open(conversation, type, 'POST', changes, answer, false);
  for (const change of changes) if (!left.includes(change)) evidence.note(stores(type, change, 'POST'));
  if (left.length === 0) return undefined;
  const missing = await evidence.alone(() => missingFromCreated(conversation, type, id, changes, left, answer));
  if (missing.length === 0) return undefined;
  const isLost = (change: WireChange): boolean =>
    !evidence.has(stores(type, change, 'POST')) &&
    (evidence.has(stores(type, change, 'PATCH')) || !evidence.has(storesNot(type, change, 'PATCH')));
  const [lost, rest] = [missing.filter(isLost), missing.filter((change) => !isLost(change))];
  return {
    ...(lost.length === 0 ? {} : { lost: texts(lost) }),
    ...(rest.length === 0 ? {} : { unstored: texts(rest) }),
  };
}

async function missingFromCreated(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  left: readonly WireChange[],
  { body }: Answer,
): Promise<readonly WireChange[]> {
  const {
    targetDialect: { evidence },
    exchange,
    signal,
  } = conversation;
  const open = body === undefined ? [] : unstored(body, left, !evidence.has(partial('POST')));
  const isKnown = (change: WireChange): boolean =>
    evidence.has(stores(type, change, 'POST')) || evidence.has(storesNot(type, change, 'POST'));
  if (open.every(isKnown)) return open;
  const held = await readResource(exchange, type, id, signal);
  if (isRefusal(held) || held.body === undefined) return open;
  const shown = unstored(held.body, open);
  if (shown.length < open.length) evidence.note(partial('POST'));
  for (const change of open)
    evidence.note(shown.includes(change) ? storesNot(type, change, 'POST') : stores(type, change, 'POST'));
  const isOurs = changes.some(
    ({ path, value }) => path.text === 'externalId' && value === readScimPath(held.body ?? {}, path),
  );
  const untried = isOurs
    ? shown.filter(
        (change) => !evidence.has(stores(type, change, 'PATCH')) && !evidence.has(storesNot(type, change, 'PATCH')),
      )
    : [];
  const { stored } =
    untried.length === 0 ? nothingTried : await storeOtherwise(conversation, type, id, untried, held.body, true);
  return shown.filter((change) => !stored.includes(change));
}

/**
 * Compares an answered resource with what was sent, and does about it what can be done:
 *
 * | a path that the answer shows not to be stored                  | then                                             |
 * |----------------------------------------------------------------|--------------------------------------------------|
 * | was stored for somebody by this method, or never in any form   | counted: it is about the value, or the target    |
 * | is new to this target                                          | the resource is read once: answers may be partial |
 * | and is not there either                                        | the other forms of a PATCH, each once; learned    |
 * | one of those was refused, and not for its form                 | that refusal: the change is sent again later      |
 *
 * Nothing else of it is a failure: `unstored` of the answer says what is not as it was sent.
 *
 * @param isFresh the answer is a reading of the resource
 */
export async function settleStored(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  method: Exclude<Method, 'POST'>,
  changes: readonly WireChange[],
  answer: Answer,
  isFresh: boolean,
): Promise<Answer | Refusal> {
  const { evidence } = conversation.targetDialect;
  const left = open(conversation, type, method, changes, answer, isFresh);
  for (const change of changes)
    if (!left.includes(change) && change.value !== undefined) evidence.note(stores(type, change, method));
  if (left.length === 0) return answer;
  if (left.every((change) => isKnown(conversation, type, change, method))) return { ...answer, unstored: texts(left) };
  return evidence.alone(() => find(conversation, type, id, method, changes, answer, isFresh));
}

async function find(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  method: Method,
  changes: readonly WireChange[],
  answer: Answer,
  isFresh: boolean,
): Promise<Answer | Refusal> {
  const {
    targetDialect: { evidence },
    exchange,
    signal,
  } = conversation;
  let held: Answer | Refusal = answer;
  let left = open(conversation, type, method, changes, answer, isFresh);
  if (!isFresh && left.some((change) => !isKnown(conversation, type, change, method))) {
    held = await readResource(exchange, type, id, signal);
    if (isRefusal(held) || held.body === undefined) return { ...answer, unstored: texts(left) };
    const shown = unstored(held.body, left);
    if (shown.length < left.length) evidence.note(partial(method));
    for (const change of left)
      if (!shown.includes(change) && change.value !== undefined) evidence.note(stores(type, change, method));
    left = shown;
  }
  const untried = left.filter((change) => !isKnown(conversation, type, change, method));
  const tried = await storeOtherwise(conversation, type, id, untried, held.body);
  if (tried.refusal !== undefined) return { ...tried.refusal, inPart: true };
  for (const change of untried) evidence.note(storesNot(type, change, method));
  const stored = new Set(tried.stored);
  const rest = left.filter((change) => !stored.has(change));
  return { ...held, status: answer.status, ...(rest.length === 0 ? {} : { unstored: texts(rest) }) };
}

interface Tried {
  readonly stored: readonly WireChange[];
  /** What kept a form from being tried, where something is still not stored. */
  readonly refusal: Refusal | undefined;
}

const nothingTried: Tried = { stored: [], refusal: undefined };

/**
 * Tries the other forms, and says what is stored then.
 *
 * @param body the resource as it is
 */
async function storeOtherwise(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  body: Body | undefined,
  fromPost = false,
): Promise<Tried> {
  const { targetDialect, exchange, signal } = conversation;
  const stored: WireChange[] = [];
  const dialect = targetDialect.current();
  const { update } = type === 'user' ? dialect.users : dialect.groups;
  if (update !== 'patch') return nothingTried;
  let waiting = changes;
  let refusal: Refusal | undefined;
  for (const { setting, value, way, fits, said } of [
    ...(fromPost ? [byPatch(dialect)] : dialect.bulk.use ? [byItself(dialect)] : []),
    ...(body !== undefined && dialect.patch.valueFilters ? [asWholeLists(dialect, body)] : []),
    ...otherForms(dialect),
  ]) {
    const concerned = waiting.filter(fits);
    if (concerned.length === 0 || (setting !== undefined && isConfigured(targetDialect, setting))) continue;
    const answer = await sendPatches(alone(conversation), type, id, patchRequests(said?.(concerned) ?? concerned, way));
    const held = isRefusal(answer) ? answer : await readResource(exchange, type, id, signal);
    if (isRefusal(held) && !isAboutForm(held)) refusal ??= held;
    if (isRefusal(held) || held.body === undefined) continue;
    const shown = unstored(held.body, concerned);
    const done = concerned.filter((change) => !shown.includes(change));
    for (const change of done) targetDialect.evidence.note(stores(type, change, 'PATCH'));
    if (done.length > 0 && setting !== undefined)
      targetDialect.learn(setting, value, 'another form was answered as if it were done, and was not');
    for (const change of done) stored.push(change);
    waiting = waiting.filter((change) => !done.includes(change));
  }
  if (waiting.length === 0) return { stored, refusal: undefined };
  if (refusal === undefined)
    for (const change of waiting) targetDialect.evidence.note(storesNot(type, change, 'PATCH'));
  return { stored, refusal };
}

function open(
  { targetDialect }: Conversation,
  type: ResourceType,
  method: Method,
  changes: readonly WireChange[],
  { body }: Answer,
  isFresh: boolean,
): readonly WireChange[] {
  if (body === undefined) return [];
  const left = unstored(body, changes, isFresh || !targetDialect.evidence.has(partial(method)));
  for (const change of changes) {
    const { path, from, value } = change;
    const isShown = value !== undefined && !left.includes(change) && !isNoValue(readScimPath(body, path));
    if (isShown) targetDialect.evidence.note(shows(type, from ?? path.text));
  }
  return left;
}

/** What was seen not to be stored by this method, and never to be. */
export function neverStored(
  { targetDialect: { evidence } }: Conversation,
  type: ResourceType,
  changes: readonly WireChange[],
  method: Exclude<Method, 'POST'>,
): readonly string[] {
  return texts(
    changes.filter(
      (change) => evidence.has(storesNot(type, change, method)) && !evidence.has(stores(type, change, method)),
    ),
  );
}

/** Nothing more can be found out about it: it is about this value, or nothing stores it. */
function isKnown(
  { targetDialect: { evidence } }: Conversation,
  type: ResourceType,
  change: WireChange,
  method: Method,
): boolean {
  return evidence.has(stores(type, change, method)) || evidence.has(storesNot(type, change, method));
}

function texts(changes: readonly WireChange[]): readonly string[] {
  return changes.map(({ path, from }) => from ?? path.text);
}

import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { LearnableSetting } from '../../../core/dialect/learned-setting.ts';
import { readScimPath } from '../../../core/mapping/scim-path.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Shown } from '../../../core/model/outcome.ts';
import { isNoValue } from '../../../core/planning/diff.ts';
import { isConfigured } from '../dialect/configured.ts';
import { alone, type Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { readResource } from '../answers/resource.ts';
import { unstored } from './effect.ts';
import { patchRequests } from './patch.ts';
import { sendPatches } from './send-patch.ts';
import { isManager, type WireChange } from './wire-change.ts';
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
  const stored = untried.length === 0 ? [] : await storeOtherwise(conversation, type, id, untried, true);
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
 *
 * Nothing of it is a failure: `unstored` of the answer says what is not as it was sent.
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
): Promise<Answer> {
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
): Promise<Answer> {
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
  for (const change of untried) evidence.note(storesNot(type, change, method));
  const stored = new Set(await storeOtherwise(conversation, type, id, untried));
  const rest = left.filter((change) => !stored.has(change));
  return { ...held, status: answer.status, ...(rest.length === 0 ? {} : { unstored: texts(rest) }) };
}

/** Tries the other forms, and says what is stored then. */
async function storeOtherwise(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  fromPost = false,
): Promise<readonly WireChange[]> {
  const { targetDialect, exchange, signal } = conversation;
  const stored: WireChange[] = [];
  const dialect = targetDialect.current();
  const { update } = type === 'user' ? dialect.users : dialect.groups;
  if (update !== 'patch') return stored;
  let waiting = changes;
  for (const { setting, value, way, fits } of [
    ...(fromPost ? [byPatch(dialect)] : dialect.bulk.use ? [byItself(dialect)] : []),
    ...otherForms(dialect),
  ]) {
    const concerned = waiting.filter(fits);
    if (concerned.length === 0 || (setting !== undefined && isConfigured(targetDialect, setting))) continue;
    const answer = await sendPatches(alone(conversation), type, id, patchRequests(concerned, way));
    const held = isRefusal(answer) ? answer : await readResource(exchange, type, id, signal);
    if (isRefusal(held) || held.body === undefined) continue;
    const shown = unstored(held.body, concerned);
    const done = concerned.filter((change) => !shown.includes(change));
    for (const change of done) targetDialect.evidence.note(stores(type, change, 'PATCH'));
    if (done.length > 0 && setting !== undefined)
      targetDialect.learn(setting, value, 'another form was answered as if it were done, and was not');
    for (const change of done) stored.push(change);
    waiting = waiting.filter((change) => !done.includes(change));
  }
  for (const change of waiting) targetDialect.evidence.note(storesNot(type, change, 'PATCH'));
  return stored;
}

interface Form {
  readonly setting: LearnableSetting | undefined;
  readonly value: string | boolean;
  readonly way: Dialect;
  readonly fits: (change: WireChange) => boolean;
}

/** What came with a POST, and not by PATCH so far. */
function byPatch(dialect: Dialect): Form {
  return { setting: undefined, value: '', way: dialect, fits: () => true };
}

/** What was joined with others, and answered with nothing but a number. */
function byItself(dialect: Dialect): Form {
  return { setting: 'bulk.use', value: false, way: dialect, fits: () => true };
}

function otherForms(dialect: Dialect): Form[] {
  const { patch, values } = dialect;
  const managers = (['object', 'string', 'sub-attribute', 'array'] as const).filter(
    (manager) => manager !== values.manager,
  );
  const paths = patch.paths === 'each' ? 'object' : 'each';
  const extensionPaths = patch.extensionPaths === 'colon' ? 'object' : 'colon';
  const clears = (['remove', 'null', 'empty'] as const).filter(
    (clear) => clear !== patch.clear && patch.clear !== 'skip',
  );
  const isPlain = ({ path, value }: WireChange): boolean =>
    path.filter === undefined && value !== undefined && !isManager(path);
  return [
    ...managers.map((manager): Form => ({
      setting: 'values.manager',
      value: manager,
      way: { ...dialect, values: { ...values, manager } },
      fits: ({ path, value }) => isManager(path) && value !== undefined,
    })),
    {
      setting: 'patch.extensionPaths',
      value: extensionPaths,
      way: { ...dialect, patch: { ...patch, extensionPaths } },
      fits: (change) => isPlain(change) && change.path.schema !== undefined,
    },
    { setting: 'patch.paths', value: paths, way: { ...dialect, patch: { ...patch, paths } }, fits: isPlain },
    ...clears.map((clear): Form => ({
      setting: 'patch.clear',
      value: clear,
      way: { ...dialect, patch: { ...patch, clear } },
      fits: ({ path, value }) => value === undefined && path.filter === undefined,
    })),
  ];
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

import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { LearnableSetting } from '../../../core/dialect/lesson.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { isConfigured } from '../dialect/configured.ts';
import { alone, bulkTold, type Conversation } from '../dialect/conversation.ts';
import { isRefusal, type Answer, type Refusal } from '../message.ts';
import { readResource } from '../read/resource.ts';
import { unstored } from './effect.ts';
import { patchRequests } from './patch.ts';
import { sendPatches } from './send-patch.ts';
import { isManager, type WireChange } from './wire-change.ts';

type Method = 'POST' | 'PUT' | 'PATCH';

/**
 * Compares an answered resource with what was sent, and does about it what can be done:
 *
 * | a path that the answer shows not to be stored                  | then                                             |
 * |----------------------------------------------------------------|--------------------------------------------------|
 * | was stored for somebody by this method, or never in any form   | counted: it is about the value, or the target    |
 * | is new to this target                                          | the resource is read once: answers may be partial |
 * | and is not there either                                        | the other forms of a PATCH, each once; learned    |
 * | came with a POST, and a PATCH is known to store it             | sent again by PATCH                              |
 *
 * Nothing of it is a failure: `unstored` of the answer says what is not as it was sent.
 *
 * @param isFresh the answer is a reading of the resource
 */
export async function settleStored(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  method: Method,
  changes: readonly WireChange[],
  answer: Answer,
  isFresh: boolean,
): Promise<Answer> {
  const { evidence } = conversation.book;
  const left = open(conversation, method, changes, answer, isFresh);
  for (const change of changes) if (!left.includes(change) && change.value !== undefined) evidence.note(stores(type, change, method));
  if (left.length < changes.length && method === 'PATCH' && conversation.book.current().bulk.use) evidence.note(bulkTold);
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
  const { book: { evidence }, exchange, signal } = conversation;
  let held: Answer | Refusal = answer;
  let left = open(conversation, method, changes, answer, isFresh);
  if (!isFresh && left.some((change) => !isKnown(conversation, type, change, method))) {
    held = await readResource(exchange, type, id, signal);
    if (isRefusal(held) || held.body === undefined) return { ...answer, unstored: texts(left) };
    const shown = unstored(held.body, left);
    if (shown.length < left.length) evidence.note(partial(method));
    for (const change of left) if (!shown.includes(change) && change.value !== undefined) evidence.note(stores(type, change, method));
    left = shown;
  }
  const untried = left.filter((change) => !isKnown(conversation, type, change, method));
  const again = left.filter((change) => method === 'POST' && evidence.has(stores(type, change, 'PATCH')));
  for (const change of untried) evidence.note(storesNot(type, change, method));
  const stored = new Set(await storeOtherwise(conversation, type, id, method, [...new Set([...untried, ...again])]));
  const rest = left.filter((change) => !stored.has(change));
  return { ...held, status: answer.status, ...(rest.length === 0 ? {} : { unstored: texts(rest) }) };
}

/** Tries the other forms, and says what is stored then. */
async function storeOtherwise(conversation: Conversation, type: ResourceType, id: TargetId, method: Method, changes: readonly WireChange[]): Promise<readonly WireChange[]> {
  const { book, exchange, signal } = conversation;
  const stored: WireChange[] = [];
  const dialect = book.current();
  const { update } = type === 'user' ? dialect.users : dialect.groups;
  if (update !== 'patch') return stored;
  let waiting = changes;
  for (const { setting, value, way, fits } of [...(method === 'POST' || dialect.bulk.use ? [asIs(dialect)] : []), ...otherForms(dialect)]) {
    const concerned = waiting.filter(fits);
    if (concerned.length === 0 || (setting !== undefined && isConfigured(book, setting))) continue;
    const answer = await sendPatches(alone(conversation), type, id, patchRequests(concerned, way));
    const held = isRefusal(answer) ? answer : await readResource(exchange, type, id, signal);
    if (isRefusal(held) || held.body === undefined) continue;
    const shown = unstored(held.body, concerned);
    const done = concerned.filter((change) => !shown.includes(change));
    for (const change of done) book.evidence.note(stores(type, change, 'PATCH'));
    if (done.length > 0 && setting !== undefined) book.learn(setting, value, 'another form was answered as if it were done, and was not');
    stored.push(...done);
    waiting = waiting.filter((change) => !done.includes(change));
  }
  for (const change of waiting) book.evidence.note(storesNot(type, change, 'PATCH'));
  return stored;
}

interface Form {
  readonly setting: LearnableSetting | undefined;
  readonly value: string | boolean;
  readonly way: Dialect;
  readonly fits: (change: WireChange) => boolean;
}

/** By PATCH what came with a POST; or alone what was joined with others, and answered with nothing but a number. */
function asIs(dialect: Dialect): Form {
  return { ...(dialect.bulk.use ? { setting: 'bulk.use', value: false } : { setting: undefined, value: '' }), way: dialect, fits: () => true };
}

function otherForms(dialect: Dialect): Form[] {
  const { patch, values } = dialect;
  const managers = (['object', 'string', 'sub-attribute', 'array'] as const).filter((manager) => manager !== values.manager);
  const paths = patch.paths === 'each' ? 'object' : 'each';
  const extensionPaths = patch.extensionPaths === 'colon' ? 'object' : 'colon';
  const clears = (['remove', 'null', 'empty'] as const).filter((clear) => clear !== patch.clear && patch.clear !== 'skip');
  const isPlain = ({ path, value }: WireChange): boolean => path.filter === undefined && value !== undefined && !isManager(path);
  return [
    ...managers.map((manager): Form => ({ setting: 'values.manager', value: manager, way: { ...dialect, values: { ...values, manager } }, fits: ({ path, value }) => isManager(path) && value !== undefined })),
    { setting: 'patch.extensionPaths', value: extensionPaths, way: { ...dialect, patch: { ...patch, extensionPaths } }, fits: (change) => isPlain(change) && change.path.schema !== undefined },
    { setting: 'patch.paths', value: paths, way: { ...dialect, patch: { ...patch, paths } }, fits: isPlain },
    ...clears.map((clear): Form => ({ setting: 'patch.clear', value: clear, way: { ...dialect, patch: { ...patch, clear } }, fits: ({ path, value }) => value === undefined && path.filter === undefined })),
  ];
}

function open({ book }: Conversation, method: Method, changes: readonly WireChange[], { body }: Answer, isFresh: boolean): readonly WireChange[] {
  return body === undefined ? [] : unstored(body, changes, isFresh || !book.evidence.has(partial(method)));
}

/** Nothing more can be found out about it: it is about this value, or nothing stores it. */
function isKnown({ book: { evidence } }: Conversation, type: ResourceType, change: WireChange, method: Method): boolean {
  if (method === 'POST' && evidence.has(storesNot(type, change, 'POST'))) return !evidence.has(stores(type, change, 'PATCH'));
  return evidence.has(stores(type, change, method)) || evidence.has(storesNot(type, change, method));
}

function texts(changes: readonly WireChange[]): readonly string[] {
  return changes.map(({ path }) => path.text);
}

function stores(type: ResourceType, change: WireChange, method: Method): string {
  return `${method} of a ${type} ${kindOf(change)} ${change.path.text}`;
}

function storesNot(type: ResourceType, change: WireChange, method: Method): string {
  return `${method} of a ${type} does not ${change.value === undefined ? 'clear' : 'store'} ${change.path.text}`;
}

function kindOf({ value }: WireChange): string {
  return value === undefined ? 'clears' : 'stores';
}

function partial(method: Method): string {
  return `answers to ${method} show only some of a resource`;
}

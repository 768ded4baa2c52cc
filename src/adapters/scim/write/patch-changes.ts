import { isDeepStrictEqual } from 'node:util';
import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { isConfigured } from '../dialect/configured.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isAboutForm } from './about-form.ts';
import { contradicts } from './effect.ts';
import { isRefusal, type Answer, type Body, type Refusal } from '../shared/message.ts';
import { groupByElement, isNewElement, patchRequests } from './patch.ts';
import { putChanges } from './put.ts';
import { readAndWrite, type Condition } from './read-and-write.ts';
import { readResource } from '../answers/resource.ts';
import { missed, sendPatches } from './send-patch.ts';
import { isHidden } from './stored-evidence.ts';
import { needLists, withWholeLists } from './whole-lists.ts';
import type { WireChange } from './wire-change.ts';

/**
 * PATCH with exactly these changes, and what to do when the target does not take them as they are said:
 *
 * | answer                                        | then                                                    | learned               |
 * |-----------------------------------------------|---------------------------------------------------------|-----------------------|
 * | 400, something to point at may not be there   | read; say it against what there is, lists as a whole    | patch.valueFilters, if everything was there |
 * | again, and something is removed               | the same with `null` in place of removals               | patch.clear           |
 * | again, for a user                             | PUT                                                     | users.update          |
 * | 400 invalidPath, nothing to point at          | without paths, or with them                             | patch.paths           |
 * | 200, and the element in it is unchanged       | lists as a whole                                        | patch.valueFilters    |
 *
 * An element that the target may have and does not show is replaced first, and added where there is none.
 *
 * Something is learned only from what then worked. What is refused either way stays refused as it was first.
 */
export async function patchChanges(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  changes: readonly WireChange[],
  { members, isStrange }: { readonly members: () => Promise<readonly TargetId[]>; readonly isStrange: boolean },
): Promise<Answer | Refusal> {
  const task: Task = { conversation, type, id, changes, members, dialect: conversation.targetDialect.current() };
  const { dialect } = task;
  const replaced = isStrange && dialect.patch.valueFilters ? await replaceHidden(task) : undefined;
  if (replaced !== undefined) return replaced;
  const answer = needLists(changes, dialect)
    ? await readAndWrite(conversation, type, id, (held, condition) =>
        send(task, withWholeLists(held, changes, dialect.values), dialect, condition),
      )
    : await send(task, changes);
  if (isRefusal(answer))
    return missed(answer) ? (changes.some(mayMiss) ? climb(task, answer) : withOtherPaths(task, answer)) : answer;
  return dialect.patch.valueFilters ? insist(task, answer) : answer;
}

/** @returns undefined when there is nothing of the kind, or nothing there to be replaced */
async function replaceHidden(task: Task): Promise<Answer | Refusal | undefined> {
  const { conversation, type, changes } = task;
  const mayBeThere = ({ path, value, had }: WireChange): boolean =>
    path.filter !== undefined && value !== undefined && !had && isHidden(conversation, type, path);
  if (!changes.some(mayBeThere)) return undefined;
  const answer = await send(
    task,
    changes.map((change) => (mayBeThere(change) ? { ...change, had: true } : change)),
  );
  return isRefusal(answer) && missed(answer) ? undefined : answer;
}

interface Task {
  readonly conversation: Conversation;
  readonly type: ResourceType;
  readonly id: TargetId;
  readonly changes: readonly WireChange[];
  readonly members: () => Promise<readonly TargetId[]>;
  /** In which it was said first. */
  readonly dialect: Dialect;
}

function send(
  { conversation, type, id, dialect }: Task,
  said: readonly WireChange[],
  way = dialect,
  condition?: Condition,
): Promise<Answer | Refusal> {
  return sendPatches(conversation, type, id, patchRequests(said, way), condition);
}

/** Looks at what was answered to paths with a filter, and says it in another way when they had no effect. */
async function insist(task: Task, answered: Answer): Promise<Answer | Refusal> {
  const elements = task.changes.filter(isElement);
  if (answered.body === undefined || elements.length === 0 || !contradicts(answered.body, elements)) return answered;
  const again = await send(task, withWholeLists(answered.body, elements, task.dialect.values));
  if (isRefusal(again) && !isAboutForm(again)) return { ...again, inPart: true };
  // Whoever still shows something else writes values in a way of its own.
  if (isRefusal(again) || again.body === undefined || contradicts(again.body, elements)) return answered;
  task.conversation.targetDialect.learn(
    'patch.valueFilters',
    false,
    'a path with a filter was answered with 200 and changed nothing',
  );
  return again;
}

async function climb(task: Task, first: Refusal): Promise<Answer | Refusal> {
  const {
    conversation: { exchange, targetDialect, signal },
    changes,
    dialect,
  } = task;
  const held = await readResource(exchange, task.type, task.id, signal);
  if (isRefusal(held)) return held.class === 'gone' ? held : first;
  if (held.body === undefined) return first;
  const said = withWholeLists(held.body, changes, dialect.values);
  if (said.length === 0) return held;
  if (
    !needLists(changes, dialect) &&
    !isDeepStrictEqual(patchRequests(said, dialect), patchRequests(changes, dialect))
  ) {
    const answer = await send(task, said);
    if (!isRefusal(answer)) {
      if (hasAll(held.body, changes) && (answer.body === undefined || !contradicts(answer.body, changes)))
        targetDialect.learn(
          'patch.valueFilters',
          false,
          `a path with a filter was answered with ${first.status ?? 400} although its element was there`,
        );
      return answer;
    }
    if (!missed(answer)) return answer.class === 'rejected' ? first : answer;
  }
  const cleared = dialect.patch.clear === 'remove' && said.some(({ value }) => value === undefined);
  const answer = cleared ? await withNull(task, said, first) : first;
  return answer === first && task.type === 'user' && !isConfigured(targetDialect, 'users.update')
    ? putInstead(task, first)
    : answer;
}

/** What points at nothing and is refused for its path may be said without paths; and what was said without, with them. */
async function withOtherPaths(task: Task, first: Refusal): Promise<Answer | Refusal> {
  if (first.scimType !== 'invalidpath') return first;
  const {
    changes,
    dialect,
    conversation: { targetDialect },
  } = task;
  const paths = dialect.patch.paths === 'each' ? 'object' : 'each';
  const answer = await send(task, changes, { ...dialect, patch: { ...dialect.patch, paths } });
  if (isRefusal(answer)) return answer.class === 'rejected' ? first : answer;
  if (answer.body !== undefined && contradicts(answer.body, changes)) return first;
  targetDialect.learn('patch.paths', paths, `paths in another form were answered with ${first.status ?? 400}`);
  return answer;
}

/** Removals said as `null`. */
async function withNull(task: Task, said: readonly WireChange[], first: Refusal): Promise<Answer | Refusal> {
  const {
    dialect,
    conversation: { targetDialect },
  } = task;
  const answer = await send(task, said, { ...dialect, patch: { ...dialect.patch, clear: 'null' } });
  if (isRefusal(answer)) return answer.class === 'rejected' ? first : answer;
  if (answer.body !== undefined && contradicts(answer.body, said)) return first;
  targetDialect.learn('patch.clear', 'null', `removing an attribute was answered with ${first.status ?? 400}`);
  return answer;
}

async function putInstead(
  { conversation, type, id, changes, members }: Task,
  first: Refusal,
): Promise<Answer | Refusal> {
  const answer = await putChanges(conversation, type, id, changes, members, false);
  if (isRefusal(answer)) return ['rejected', 'unsupported', 'conflict'].includes(answer.class) ? first : answer;
  if (answer.body !== undefined && contradicts(answer.body, changes)) return first;
  conversation.targetDialect.learn(
    'users.update',
    'put',
    `PATCH was answered with ${first.status ?? 400} where PUT worked`,
  );
  return answer;
}

/** Only these point at something that might not be there. */
function mayMiss({ path, value }: WireChange): boolean {
  return path.filter !== undefined || value === undefined;
}

function isElement({ path }: WireChange): boolean {
  return path.filter !== undefined;
}

/** Whether everything that the changes point at is there, so that a refusal is not about that. */
function hasAll(held: Body, changes: readonly WireChange[]): boolean {
  const elements = [...groupByElement(changes)].filter(([, group]) => !isNewElement(group));
  const isThere = (text: string): boolean => readScimPath(held, scimPath(text)) !== undefined;
  return (
    elements.length > 0 &&
    elements.every(([element]) => isThere(element)) &&
    changes.every(({ path, value }) => value !== undefined || isThere(path.text))
  );
}

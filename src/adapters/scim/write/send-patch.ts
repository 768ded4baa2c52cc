import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isBody, isRefusal, type Answer, type Refusal } from '../shared/message.ts';
import { patchBody, type PatchOperation } from './patch.ts';
import { writeOnDemand, type Condition } from './read-and-write.ts';
import { resourcePath } from '../answers/resource.ts';

/** Whoever is patched is known already: what a longer answer says beyond that (a group with all its members) is not read. */
const maxBytes = 1024 * 1024;

/** Sends operations to one resource, in one request. */
export async function sendPatch(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  operations: readonly PatchOperation[],
  condition?: Condition,
): Promise<Answer | Refusal> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return path;
  const { exchange, targetDialect, signal } = conversation;
  const { patch, groups } = targetDialect.current();
  const said =
    type === 'group' && groups.renameWithId ? operations.map((operation) => withId(operation, id)) : operations;
  const body = patchBody(said, patch.operationCase);
  const write = (on: Condition): Promise<Answer | Refusal> =>
    exchange({ method: 'PATCH', path, body, subject: 'resource', maxBytes, ...on }, signal);
  return condition === undefined ? writeOnDemand(conversation, type, id, write) : write(condition);
}

/** Okta renames a group so: `{"op":"replace","value":{"id":"…","displayName":"…"}}`. */
function withId(operation: PatchOperation, id: TargetId): PatchOperation {
  return operation.op === 'replace' && operation.path === undefined && isBody(operation.value)
    ? { ...operation, value: { id, ...operation.value } }
    : operation;
}

/**
 * Sends requests one after the other, up to the first that is refused. One that has too many operations is sent in
 * halves, and how many the target takes is learned.
 */
export async function sendPatches(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  requests: readonly (readonly PatchOperation[])[],
  condition?: Condition,
): Promise<Answer | Refusal> {
  const { targetDialect } = conversation;
  const waiting = [...requests];
  let answer: Answer | Refusal = done;
  let all = done;
  let halved = Infinity;
  for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
    // After the first of several requests the version is another one.
    answer = await sendPatch(conversation, type, id, request, request === requests[0] ? condition : undefined);
    if (isRefusal(answer) && isTooMuch(answer) && request.length > 1) {
      halved = Math.min(halved, Math.ceil(request.length / 2));
      waiting.unshift(request.slice(0, halved), request.slice(halved));
      continue;
    }
    if (isRefusal(answer)) return answer;
    all = together(all, answer);
  }
  // Only when everything was taken: else it may have been about one of them.
  if (halved < targetDialect.current().patch.maxOperations)
    targetDialect.learn('patch.maxOperations', halved, 'more operations in one request were refused');
  return all;
}

/** What two requests came to: the later answer, unless the earlier one only promised (202). Then all of it is looked for. */
export function together(earlier: Answer, later: Answer): Answer {
  return earlier.status === 202 ? earlier : later;
}

/** Nothing had to be sent. */
export const done: Answer = { status: 200, etag: undefined, body: undefined };

/**
 * 413; `tooMany` (RFC 7644 §3.12); or such words in a 400: AWS has no scimType for more than 100 members.
 */
export function isTooMuch({ class: failureClass, status, scimType, detail }: Refusal): boolean {
  if (failureClass !== 'rejected') return false;
  return (
    status === 413 ||
    (status === 400 &&
      (scimType === 'toomany' ||
        /more than \d|too (?:many (?!requests)|large|big)|at most \d|exceed|maximum/i.test(detail)))
  );
}

/** Not found, or a path with a filter not understood (GitHub's organisations refuse them); many name no reason. */
export function missed({ status, scimType }: Refusal): boolean {
  return status === 400 && [undefined, 'notarget', 'invalidpath', 'invalidfilter'].includes(scimType);
}

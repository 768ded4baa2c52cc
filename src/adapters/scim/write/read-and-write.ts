import type { Dialect } from '../../../core/dialect/dialect.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { isConfigured } from '../dialect/configured.ts';
import type { Conversation } from '../dialect/conversation.ts';
import { isRefusal, nonsense, type Answer, type Body, type Refusal, type ScimRequest } from '../shared/message.ts';
import { isUsableVersion, readResource, versionOf } from '../answers/resource.ts';

/** Reads, when someone else keeps writing in between. */
const readings = 3;

export type Condition = Pick<ScimRequest, 'headers'>;

/**
 * Writes, and when the target wants to be told for which version (412; 428, RFC 6585 §3), reads and writes again. A 428
 * is said of every change: from then on it is read first.
 */
export async function writeOnDemand(
  conversation: Conversation,
  type: ResourceType,
  id: TargetId,
  write: (condition: Condition) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  const { targetDialect } = conversation;
  const answer = targetDialect.current().etag === 'required' ? demanded : await write({});
  if (!isRefusal(answer) || (answer.status !== 412 && answer.status !== 428)) return answer;
  const isDemanded = answer.status === 428;
  const again = inPartIf(
    answer.inPart,
    await readAndWrite(conversation, type, id, (_held, condition) => write(condition), isDemanded),
  );
  if (isDemanded && !isRefusal(again))
    targetDialect.learn('etag', 'required', 'answered 428 to a change without If-Match');
  return again;
}

const demanded: Refusal = { class: 'rejected', status: 428, detail: 'every change has to name the version' };

/**
 * What was refused at last, after a write that may have taken effect: one that was repeated, and met its own change (412).
 */
function inPartIf(inPart: true | undefined, answer: Answer | Refusal): Answer | Refusal {
  return inPart === true && isRefusal(answer) ? { ...answer, inPart } : answer;
}

/**
 * Reads a resource and writes what follows from it, on condition that nobody else wrote in between (RFC 7644 §3.14),
 * where the target keeps versions. When somebody did (412), it is read again.
 *
 * A version that is refused although it is still the one that is read says that the target minds If-Match, but not as
 * the RFC does: it is left out from then on, unless the configuration wants it.
 */
export async function readAndWrite(
  { exchange, targetDialect, signal }: Conversation,
  type: ResourceType,
  id: TargetId,
  write: (held: Body, condition: Condition) => Promise<Answer | Refusal>,
  isDemanded = false,
): Promise<Answer | Refusal> {
  let refused: string | undefined;
  let inPart: true | undefined;
  for (let reading = 1; reading <= readings; reading += 1) {
    const held = await readResource(exchange, type, id, signal);
    if (isRefusal(held)) return inPartIf(inPart, held);
    if (held.body === undefined)
      return inPartIf(inPart, nonsense('answered without the resource that was asked for', held.status));
    const { etag } = targetDialect.current();
    const wanted = isDemanded && !isConfigured(targetDialect, 'etag') ? 'required' : etag;
    const version = versionIn(held, wanted);
    // Where none can be had, any will do (RFC 9110 §13.1.1): it is there.
    if (version === undefined)
      return inPartIf(inPart, await write(held.body, wanted === 'required' ? { headers: { 'if-match': '*' } } : {}));
    if (version === refused && !isConfigured(targetDialect, 'etag')) {
      const answer = await write(held.body, {});
      if (!isRefusal(answer))
        targetDialect.learn('etag', 'off', 'If-Match with the version that it shows was answered with 412');
      return inPartIf(inPart, answer);
    }
    const answer = await write(held.body, { headers: { 'if-match': version } });
    if (!isRefusal(answer) || answer.status !== 412) return inPartIf(inPart, answer);
    inPart ??= answer.inPart;
    refused = version;
  }
  return inPartIf(inPart, {
    class: 'transient',
    status: 412,
    detail: `it was changed by someone else between ${readings} readings and writings`,
  });
}

function versionIn(held: Answer, etag: Dialect['etag']): string | undefined {
  if (etag === 'off') return undefined;
  const { version } = versionOf(held);
  if (version !== undefined || etag === 'auto' || held.body === undefined) return version;
  const spoken = readScimPath(held.body, scimPath('meta.version'));
  return [held.etag, spoken].find(isUsableVersion);
}

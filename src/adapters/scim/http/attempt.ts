import { BridgeError } from '../../../core/model/errors.ts';
import { classify } from './classify.ts';
import { isRefusal, type Refusal } from '../shared/message.ts';
import type { CheckedOptions } from './options.ts';
import { quotaOf, type Quota } from '../rate-limit/quota.ts';
import { retryAfterMilliseconds, saysWhen } from '../rate-limit/retry-after.ts';
import type { Attempt } from './retry.ts';
import type { Transport } from './transport.ts';
import { secretsIn } from '../shared/sanitize.ts';

/**
 * Authenticates, sends once, judges.
 *
 * @param expect told what an answer says is left for us, before the answer is judged
 */
export function createAttempt(options: CheckedOptions, transport: Transport, expect: (quota: Quota) => void): Attempt {
  return async (request, signal, onHeld) => {
    const credentials = await options.auth.headers(signal);
    if ('refusal' in credentials) return credentials.refusal;
    const { headers } = credentials;
    for (const [name, value] of Object.entries(headers)) checkHeader(options.name, name, value);
    const reply = await transport.send(request, headers, signal, onHeld);
    // Only what goes wrong is put into words.
    const isPlain = reply.kind === 'answer' && reply.status < 300 && reply.content.kind !== 'foreign';
    const result = classify(reply, request, options.origin, isPlain ? [] : secretsIn(headers));
    if (isRefusal(result) && result.status === 401) return { ...result, renewed: await options.auth.renew(headers) };
    if (reply.kind !== 'answer') return result;
    const now = options.clock.now();
    const quota = reply.quota === undefined ? undefined : quotaOf(reply.quota, reply.date, now);
    if (isRefusal(result) && isTurnedAway(result, reply, quota)) {
      const asked = retryAfterMilliseconds(reply.retryAfter, reply.date, now) ?? quota?.resetMilliseconds;
      return { ...result, class: 'throttled', retryAfterMilliseconds: asked };
    }
    if (quota !== undefined) expect(quota);
    return isRefusal(result) || request.subject !== 'bulk' ? result : { ...result, secrets: secretsIn(headers) };
  };
}

/**
 * GitHub says with a 403 that it has had enough (docs.github.com, "Rate limits for the REST API": then
 * `x-ratelimit-remaining` is 0, or there is a Retry-After); elsewhere a 403 has neither.
 */
function isTurnedAway(
  { class: failureClass, status }: Refusal,
  { retryAfter }: { retryAfter: string | undefined },
  quota: Quota | undefined,
): boolean {
  return failureClass === 'throttled' || (status === 403 && (saysWhen(retryAfter) || quota?.left === 0));
}

/** RFC 9110 §5.5. The value is a secret: only the header's name is told. */
function checkHeader(target: string, name: string, value: string): void {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) return;
  throw new BridgeError(
    'D2S_CONFIG_INVALID',
    `target ${target}: the header ${JSON.stringify(name)} cannot be sent, its name or value has characters that HTTP forbids`,
    'look for line breaks or pasted symbols in the secret',
  );
}

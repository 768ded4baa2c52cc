import { BridgeError } from '../../core/model/errors.ts';
import { classify } from './classify.ts';
import { isRefusal } from './message.ts';
import type { CheckedOptions } from './options.ts';
import { retryAfterMilliseconds } from './retry-after.ts';
import type { Attempt } from './retry.ts';
import type { Transport } from './transport.ts';
import { secretsIn } from './wording.ts';

/** Authenticates, sends once, judges. */
export function createAttempt(options: CheckedOptions, transport: Transport): Attempt {
  return async (request, signal) => {
    const headers = await options.auth();
    for (const [name, value] of Object.entries(headers)) checkHeader(options.name, name, value);
    const reply = await transport.send(request, headers, signal);
    const result = classify(reply, request, options.origin, secretsIn(headers));
    if (!isRefusal(result) || result.class !== 'throttled' || reply.kind !== 'answer') return result;
    return { ...result, retryAfterMilliseconds: retryAfterMilliseconds(reply.retryAfter, reply.date, options.clock.now()) };
  };
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

import { BridgeError } from '../../core/model/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Condition, Delivery, Notification, Notifier } from '../../ports/notifier.ts';
import { bodyOf, type WebhookFormat } from './bodies.ts';
import { signatureHeaders } from './sign.ts';

/** Sends a POST and gives the status. Follows nothing, reads no body. */
export type Post = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<number>;

export interface WebhookOptions {
  /** For people, without what is secret in the address. */
  readonly name: string;
  /** Read for each try: it may be a secret that is renewed. */
  readonly url: () => Promise<string>;
  readonly format: WebhookFormat;
  readonly secret?: (() => Promise<string>) | undefined;
  readonly conditions: ReadonlySet<Condition>;
  readonly post: Post;
  readonly userAgent: string;
  readonly clock: Pick<Clock, 'now'>;
}

const timeoutMilliseconds = 10_000;

/** Statuses of 4xx after which another try may be taken (RFC 9110 §15.5.9, RFC 6585 §4, RFC 8470 §5.2). */
const passing = new Set([408, 425, 429]);

/** A webhook: one POST a try, signed where there is a secret. */
export function createWebhook(options: WebhookOptions): Notifier {
  const { name, conditions } = options;
  return {
    name,
    conditions,
    async deliver(notification, signal) {
      try {
        return deliveryOf(
          await post(options, notification, AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)])),
        );
      } catch (thrown) {
        return { ok: false, problem: problemOf(thrown), again: true };
      }
    },
  };
}

async function post(options: WebhookOptions, notification: Notification, signal: AbortSignal): Promise<number> {
  const body = JSON.stringify(bodyOf(options.format, notification));
  const secret = await options.secret?.();
  const seconds = Math.floor(options.clock.now() / 1_000);
  return options.post(
    addressOf(await options.url()),
    {
      'content-type': 'application/json',
      'user-agent': options.userAgent,
      ...(secret === undefined ? {} : signatureHeaders(secret, notification.id, seconds, body)),
    },
    body,
    signal,
  );
}

/** An address that is a secret is seen only now; it is not repeated. */
function addressOf(written: string): URL {
  const url = URL.parse(written);
  if (url !== null) return url;
  throw new BridgeError(
    'D2S_CONFIG_INVALID',
    'what stands in place of the address of the webhook is not an address',
    'put the whole address there: https://…',
  );
}

function deliveryOf(status: number): Delivery {
  if (status >= 200 && status < 300) return { ok: true };
  return { ok: false, problem: `HTTP ${status}`, again: status >= 500 || passing.has(status) };
}

/** Never the message of what others threw: it may have the address in it. Ours never name a secret. */
function problemOf(thrown: unknown): string {
  if (thrown instanceof BridgeError) return `${thrown.code}: ${thrown.message}; ${thrown.remedy}`;
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return `no answer within ${timeoutMilliseconds / 1_000} s`;
  if (thrown instanceof Error && thrown.name === 'OnlyInterim') return thrown.message;
  const code = thrown instanceof Error ? (codeOf(thrown) ?? codeOf(thrown.cause)) : undefined;
  return code === undefined ? 'no connection' : `no connection (${code})`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

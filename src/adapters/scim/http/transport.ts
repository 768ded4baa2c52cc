import { connectWords, isUnsent } from '../auth/connection.ts';
import type { ScimRequest } from '../shared/message.ts';
import type { CheckedOptions } from './options.ts';
import { quotaHeaderNames, type QuotaHeaders } from '../rate-limit/quota.ts';
import type { Line } from './network.ts';
import { contentOf, isPacked, type Content } from './content.ts';
import { writeJson } from './json.ts';
import type { Places } from '../shared/answer-places.ts';
import { OnlyInterim } from '../shared/interim.ts';
import { Late, sendOnce, type WholeAnswer } from './send-once.ts';

/** What came of one request, before anyone judges it. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly etag: string | undefined;
      readonly location: string | undefined;
      readonly retryAfter: string | undefined;
      /** When the target sent it, by its own clock. */
      readonly date: string | undefined;
      /** Absent when it says nothing of what is left for us. */
      readonly quota?: QuotaHeaders | undefined;
      readonly content: Content;
    }
  /** No usable answer. `unsent`: not a byte has left. */
  | { readonly kind: 'silence'; readonly unsent: boolean; readonly reason: string };

export interface Transport {
  /** One request, once. Rejects only with the signal's reason, or what the pool says about a wrong use. */
  /** @param onHeld called when the answer has begun, and is held up until there is memory for it */
  send(
    request: ScimRequest,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    onHeld: () => void,
  ): Promise<Reply>;
  close(): Promise<void>;
}

/** The only place from which bytes go to a target. Redirects are never followed: the token would go along. */
export function createTransport(options: CheckedOptions): Transport {
  const { origin, concurrency, requestMilliseconds, network } = options;
  const connections = network.open(origin, options, concurrency, requestMilliseconds);
  return {
    async send(request, headers, signal, onHeld) {
      const { places, isOwn } = options.places.current();
      try {
        return await sendAndRead(connections.pool, { ...options, held: places, onHeld }, request, headers, signal);
      } finally {
        if (isOwn) places.leave();
      }
    },
    close: () => connections.close(),
  };
}

async function sendAndRead(
  pool: Line['pool'],
  options: CheckedOptions & { readonly held: Places; readonly onHeld: () => void },
  request: ScimRequest,
  authentication: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Reply> {
  signal.throwIfAborted();
  const began = options.clock.monotonic();
  const sent = {
    method: request.method,
    path: options.basePath + request.path,
    headers: headersOf(options, request, authentication),
    body: request.body === undefined ? null : writeJson(request.body),
    // Ours is the only deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  // What a slow target makes after we gave up, nobody knows of: a creation is waited for longer.
  const milliseconds = options.requestMilliseconds * (request.method === 'POST' ? 3 : 1);
  options.onSending?.(request.method);
  const result = await sendOnce(
    pool,
    sent,
    { maxBytes: request.maxBytes, milliseconds, time: options, places: options.held, onHeld: options.onHeld },
    signal,
  );
  options.onRequest(request.method, result.status, options.clock.monotonic() - began);
  if (!('error' in result)) {
    if (isPacked(result)) await options.held.enter('long', options.onHeld); // nobody knows how much comes out
    return readAnswer(result, request.maxBytes);
  }
  signal.throwIfAborted();
  const { error, status } = result;
  if (error instanceof Late) return silence(`no complete answer within ${milliseconds} ms`);
  if (error instanceof OnlyInterim) return silence(error.message);
  if (!(error instanceof Error)) throw error;
  if (isUnsent(error)) return { ...silence(connectWords(error)), unsent: true };
  if (!isNetworkError(error)) throw error;
  return silence(status === 0 ? `no answer: ${connectWords(error)}` : `the answer broke off: ${connectWords(error)}`);
}

function headersOf(
  { userAgent }: CheckedOptions,
  request: ScimRequest,
  authentication: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...authentication,
    accept: 'application/scim+json, application/json;q=0.9',
    'user-agent': userAgent,
    ...(request.body === undefined ? {} : { 'content-type': 'application/scim+json' }),
    ...request.headers,
  };
}

function silence(reason: string): Extract<Reply, { kind: 'silence' }> {
  return { kind: 'silence', unsent: false, reason };
}

/** System errors (ECONNRESET) and undici's own, except those about a wrong use of it, which are bugs here. */
function isNetworkError(error: Error): boolean {
  return 'code' in error && error.code !== 'UND_ERR_INVALID_ARG';
}

async function readAnswer({ status, headers, bytes }: WholeAnswer, maxBytes: number): Promise<Reply> {
  const content = await contentOf(
    bytes,
    single(headers['content-type']),
    single(headers['content-encoding']),
    maxBytes,
  );
  return {
    kind: 'answer',
    status,
    etag: single(headers['etag']),
    location: single(headers['location']),
    retryAfter: single(headers['retry-after']),
    date: single(headers['date']),
    quota: quotaHeadersOf(headers),
    content,
  };
}

function quotaHeadersOf(headers: WholeAnswer['headers']): QuotaHeaders | undefined {
  let quota: Record<string, string> | undefined;
  for (const name of quotaHeaderNames) {
    const value = single(headers[name]);
    if (value !== undefined) quota = { ...quota, [name]: value };
  }
  return quota;
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

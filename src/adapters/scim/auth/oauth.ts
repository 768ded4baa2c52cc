import type { Auth } from './auth.ts';
import { openConnections, type Route } from './connection.ts';
import type { Refusal } from '../shared/message.ts';
import { requestToken, type Grant, type OAuthClient } from './token-request.ts';

export interface OAuthOptions extends Route {
  readonly client: OAuthClient;
  readonly userAgent: string;
  /** Told each token, so that logs can be kept clean of it. */
  readonly onSecret: (secret: string) => void;
}

interface Token {
  readonly authorization: string;
  /** Monotonic milliseconds. */
  readonly freshUntil: number;
}

/** A token is replaced so long before its end: a request with it may be under way for as long. */
const longestMargin = 60_000;
/** Of short-lived tokens this part is left unused. */
const marginShare = 0.2;
const connectMilliseconds = 30_000;

/**
 * Authentication by tokens that a client gets with its own credentials (RFC 6749 §4.4), kept in memory only. Whoever
 * needs one while it is fetched waits for the same request. A server that does not say how long a token lives
 * (RFC 6749 §5.1 only recommends it) is asked again when the target refuses the token.
 */
export function createOAuth({ client, userAgent, onSecret, clock, ...route }: OAuthOptions): Auth {
  const { pool, close } = openConnections(new URL(client.tokenUrl).origin, { ...route, clock }, 1, connectMilliseconds);
  let token: Token | undefined;
  let pending: Promise<Token | Refusal> | undefined;

  const fetchToken = async (): Promise<Token | Refusal> => {
    const asked = clock.monotonic();
    const grant = await requestToken(pool, client, userAgent, () => clock.now());
    if ('class' in grant) return grant;
    onSecret(grant.accessToken);
    token = { authorization: `Bearer ${grant.accessToken}`, freshUntil: asked + usable(grant) };
    return token;
  };
  const sharedToken = (): Promise<Token | Refusal> => {
    pending ??= fetchToken().finally(() => (pending = undefined));
    return pending;
  };

  return {
    async headers(signal) {
      if (token !== undefined && clock.monotonic() < token.freshUntil)
        return { headers: { authorization: token.authorization } };
      const result = await unlessAborted(sharedToken(), signal);
      return 'class' in result ? { refusal: result } : { headers: { authorization: result.authorization } };
    },
    renew(refused) {
      // Of many who were refused with the same token, the first drops it; the others find its successor, or wait for it.
      if (token?.authorization === refused['authorization']) token = undefined;
      return Promise.resolve(true);
    },
    close,
  };
}

function usable({ lifetimeMilliseconds: lifetime }: Grant): number {
  return lifetime === undefined ? Infinity : lifetime - Math.min(longestMargin, lifetime * marginShare);
}

/** Leaves the waiting, not the work: others may be waiting for it too. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const reason: unknown = signal.reason;
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

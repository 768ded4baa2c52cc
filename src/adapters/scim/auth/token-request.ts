import * as oauth from 'oauth4webapi';
import type { Pool } from 'undici';
import type { Secret } from './auth.ts';
import { ConnectError, connectWords } from './connection.ts';
import type { Refusal } from '../shared/message.ts';
import { retryAfterMilliseconds } from '../rate-limit/retry-after.ts';
import { clean } from '../../../core/wording/foreign.ts';
import { boundedInterim, OnlyInterim } from '../shared/interim.ts';
import { secretsIn } from '../shared/sanitize.ts';

/** A client that authenticates itself (RFC 6749 §4.4). */
export interface OAuthClient {
  /** Token endpoint; may have a query (RFC 6749 §3.2). Whether it may be plain http is checked before. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scope?: string | undefined;
  /** How the secret is sent (RFC 6749 §2.3.1): `basic` in a header, which every server must take; `post` in the body. */
  readonly method: 'basic' | 'post';
  /** Sent as they are: `audience`, `resource` (RFC 8707), or another `grant_type`, such as Zoom's `account_credentials`. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Grant {
  readonly accessToken: string;
  /** From the moment of the request. Undefined: the server does not say. */
  readonly lifetimeMilliseconds: number | undefined;
}

/** Bytes. Answers with tokens are short, also those that list rights: what is longer is none. */
const longestAnswer = 256 * 1024;
const requestMilliseconds = 30_000;

/**
 * Asks for a token, once. A network or a server that fails is `transient`, one that turns us away `throttled`, anything
 * else `auth`: nobody can be told who we are until it is mended. Rejects with what reading the secret threw.
 */
export async function requestToken(
  pool: Pool,
  client: OAuthClient,
  userAgent: string,
  now: () => number,
): Promise<Grant | Refusal> {
  const place = `the token endpoint ${new URL(client.tokenUrl).origin}`;
  const secret = await client.clientSecret();
  const secrets = [secret, encodeURIComponent(secret), formEncoded(secret)];
  const refusal = (failureClass: Refusal['class'], words: string): Refusal => ({
    class: failureClass,
    detail: clean(
      `${place}: ${words}`,
      secrets.filter((text) => text.length >= 4).sort((a, b) => b.length - a.length),
    ),
  });
  const server = { issuer: client.tokenUrl, token_endpoint: client.tokenUrl };
  const identity = { client_id: client.clientId };
  const proof = client.method === 'post' ? oauth.ClientSecretPost(secret) : basicProof(secret);
  let reply: TokenReply | undefined;
  try {
    const { grant_type: grantType = 'client_credentials', ...parameters } = {
      ...client.parameters,
      ...(client.scope === undefined ? {} : { scope: client.scope }),
    };
    const response = await oauth.genericTokenEndpointRequest(server, identity, proof, grantType, parameters, {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; clear text beyond loopback was refused before
      [oauth.allowInsecureRequests]: new URL(client.tokenUrl).protocol === 'http:',
      [oauth.customFetch]: async (url, { headers, body }) => {
        for (const secret of secretsIn({ authorization: headers['authorization'] ?? '' })) secrets.push(secret);
        reply = await send(pool, new URL(url), { ...headers, 'user-agent': userAgent }, body.toString());
        return reply.response;
      },
    });
    const turnedAway = reply === undefined ? undefined : serverTrouble(reply, now());
    if (turnedAway !== undefined) return { ...turnedAway, ...refusal(turnedAway.class, turnedAway.detail) };
    return grantOf(await oauth.processGenericTokenEndpointResponse(server, identity, response), refusal);
  } catch (error) {
    if (error instanceof NoAnswer) return refusal('transient', error.message);
    if (error instanceof oauth.ResponseBodyError) return refusal('auth', errorWords(error));
    if (reply === undefined) throw error;
    return refusal(
      'auth',
      `${reply.response.status} without ${reply.response.status === 200 ? 'a token' : 'a reason that OAuth knows'}; is tokenUrl right?`,
    );
  }
}

/**
 * Id and secret form-encoded in a Basic header (RFC 6749 §2.3.1 and Appendix B). The library's own would encode `-`, `_`
 * and `.` as well; servers that forget to decode, and there are many, then know no client whose id is a UUID.
 */
function basicProof(secret: string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set(
      'authorization',
      `Basic ${Buffer.from(`${formEncoded(client.client_id)}:${formEncoded(secret)}`).toString('base64')}`,
    );
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice(2);
}

interface TokenReply {
  /** Without headers that the library would judge first: a challenge would hide the reason in the body. */
  readonly response: Response;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Over our own connections; redirects are not followed. */
async function send(pool: Pool, url: URL, headers: Record<string, string>, body: string): Promise<TokenReply> {
  try {
    const answer = await pool.request({
      method: 'POST',
      path: url.pathname + url.search,
      headers,
      body,
      ...boundedInterim(AbortSignal.timeout(requestMilliseconds)),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > longestAnswer) break;
      chunks.push(chunk);
    }
    const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
    const type = header('content-type');
    return {
      response: new Response(bodyOf(answer.statusCode, Buffer.concat(chunks)), {
        status: answer.statusCode,
        headers: type === undefined ? {} : { 'content-type': type },
      }),
      retryAfter: header('retry-after'),
      date: header('date'),
    };
  } catch (error) {
    if (error instanceof ConnectError || error instanceof OnlyInterim)
      throw new NoAnswer(error.message, { cause: error });
    if (!(error instanceof Error)) throw error;
    throw new NoAnswer(
      error.name === 'TimeoutError'
        ? `no answer within ${requestMilliseconds} ms`
        : `no answer: ${connectWords(error)}`,
      { cause: error },
    );
  }
}

/** A Response with some statuses must not have a body (Fetch standard, null body status). */
function bodyOf(status: number, bytes: Buffer): string | null {
  return [101, 103, 204, 205, 304].includes(status) ? null : bytes.toString();
}

/** What is no judgement on us. */
function serverTrouble({ response: { status }, retryAfter, date }: TokenReply, now: number): Refusal | undefined {
  if (status === 429 || status === 503) {
    return {
      class: 'throttled',
      detail: `it turns us away (${status})`,
      retryAfterMilliseconds: retryAfterMilliseconds(retryAfter, date, now),
    };
  }
  return status >= 500 || status === 408 ? { class: 'transient', detail: `it failed (${status})` } : undefined;
}

function grantOf(
  answer: oauth.TokenEndpointResponse,
  refusal: (failureClass: Refusal['class'], words: string) => Refusal,
): Grant | Refusal {
  const { access_token: accessToken, token_type: type, expires_in: seconds } = answer;
  if (type !== 'bearer') return refusal('auth', `it gave a token of the type ${type}, which only works with a key`);
  // RFC 6750 §2.1 names fewer characters; what HTTP can carry without doubt is taken.
  if (!/^[\u0021-\u007e]+$/.test(accessToken)) return refusal('auth', 'it gave a token that HTTP cannot carry');
  return { accessToken, lifetimeMilliseconds: seconds === undefined ? undefined : seconds * 1000 };
}

/** RFC 6749 §5.2 */
const reasons: Readonly<Record<string, string>> = {
  invalid_client: 'the client id or its secret is wrong',
  unauthorized_client: 'this client may not ask for tokens with its own credentials',
  unsupported_grant_type: 'it gives no tokens for this grant type',
  invalid_scope: 'auth.oauth2.scope is unknown there, or not for this client',
  invalid_request: 'it lacks something in the request',
};

function errorWords({ error, error_description: description }: oauth.ResponseBodyError): string {
  const said = description === undefined || description === '' ? '' : `: ${description}`;
  return `${reasons[error] ?? 'it refuses'} (${error})${said}`;
}

import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { listenOnLoopback } from './loopback.ts';

/** What came in, before it was judged. */
export interface TokenRequestRecord {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: Readonly<Record<string, string>>;
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON. */
  readonly body: unknown;
}

export interface OAuthServer {
  readonly tokenUrl: string;
  readonly requests: readonly TokenRequestRecord[];
  /** Answers in place of the server's own judgement; undefined: its own again. May wait. */
  answerWith(answer: ((request: TokenRequestRecord) => TokenAnswer | Promise<TokenAnswer>) | undefined): void;
  /** Every token that it gave. */
  readonly tokens: readonly string[];
  stop(): Promise<void>;
}

export interface OAuthServerOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Seconds that a token lives; undefined: it does not say. */
  readonly expiresIn?: number | undefined;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A token endpoint for client credentials on loopback, strict by RFC 6749 §2.3.1, §4.4 and §5. */
export async function startOAuthServer(options: OAuthServerOptions): Promise<OAuthServer> {
  const requests: TokenRequestRecord[] = [];
  const tokens: string[] = [];
  let override: ((request: TokenRequestRecord) => TokenAnswer | Promise<TokenAnswer>) | undefined;

  const judge = (record: TokenRequestRecord): TokenAnswer => {
    const refusal = refusalOf(record, options);
    if (refusal !== undefined) return refusal;
    const token = `token-${tokens.length + 1}-very-secret`;
    tokens.push(token);
    const life = options.expiresIn === undefined ? {} : { expires_in: options.expiresIn };
    return { status: 200, body: { access_token: token, token_type: 'Bearer', ...life } };
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const record = {
      path: request.url ?? '',
      headers: request.headers,
      form: Object.fromEntries(new URLSearchParams(text)),
    };
    requests.push(record);
    const { status, headers, body } = await (override ?? judge)(record);
    const isText = typeof body === 'string';
    response.writeHead(status, {
      'content-type': isText ? 'text/html' : 'application/json',
      'cache-control': 'no-store',
      ...headers,
    });
    response.end(isText ? body : JSON.stringify(body));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void handle(request, response);
  const server = options.tls === undefined ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  const port = await listenOnLoopback(server);
  return {
    tokenUrl: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/oauth2/token?tenant=a`,
    requests,
    tokens,
    answerWith: (answer) => void (override = answer),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function refusalOf(
  { headers, form }: TokenRequestRecord,
  { clientId, clientSecret }: OAuthServerOptions,
): TokenAnswer | undefined {
  const no = (status: number, error: string, description: string): TokenAnswer => ({
    status,
    headers: status === 401 ? { 'www-authenticate': 'Basic realm="tokens"' } : {},
    body: { error, error_description: description },
  });
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true)
    return no(400, 'invalid_request', 'a form is needed');
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  // RFC 6749 §2.3: not both.
  if (basic !== undefined && 'client_secret' in form) return no(400, 'invalid_request', 'two ways to authenticate');
  const [id, secret] = basic === undefined ? [form['client_id'], form['client_secret']] : credentialsIn(basic);
  if (id !== clientId || secret !== clientSecret)
    return no(401, 'invalid_client', `no client ${String(id)} with ${String(secret)}`);
  if (form['grant_type'] !== 'client_credentials') return no(400, 'unsupported_grant_type', 'client_credentials only');
  if (form['scope']?.includes('forbidden') === true) return no(400, 'invalid_scope', 'no such scope');
  return undefined;
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they go into Basic. */
function credentialsIn(basic: string): (string | undefined)[] {
  const text = Buffer.from(basic, 'base64').toString();
  const parts = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  return parts.map((part) => new URLSearchParams(`v=${part}`).get('v') ?? undefined);
}

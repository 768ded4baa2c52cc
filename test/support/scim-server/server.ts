import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { answerFor, type Answer } from './answer.ts';
import { writeEndlessly, type Fault, type Faults, type ScimRequestRecord } from './faults.ts';
import { isObject, ScimError, violation, type Json } from './protocol.ts';
import { createStore } from './store.ts';

export interface ScimServerOptions {
  /** Bearer token that every request must bring; without one, everybody may come in. */
  readonly token?: string;
  /** 0, any free one, unless said. */
  readonly port?: number;
  readonly faults?: Faults;
  /** PEM texts: serves https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A request with the status of its answer: 0 when it got none. */
export interface RecordedRequest extends ScimRequestRecord {
  readonly status: number;
}

export interface ScimServer {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Copies of what it holds, oldest first. */
  users(): Json[];
  groups(): Json[];
  /** Everything that was asked for, in the order of arrival. A request that hangs is in it too. */
  readonly requests: readonly RecordedRequest[];
  /** What clients got wrong: none, for a correct client. */
  readonly violations: readonly string[];
  clearRequests(): void;
  setFaults(faults: Faults): void;
  stop(): Promise<void>;
}

const basePath = '/scim/v2';
const mediaType = 'application/scim+json; charset=utf-8';
const longestBody = 8 * 1024 * 1024;

/** A small SCIM 2.0 server (RFC 7643, 7644) on 127.0.0.1, in memory, strict with clients, and able to misbehave. */
export async function startScimServer(options: ScimServerOptions = {}): Promise<ScimServer> {
  const store = createStore(() => new Date());
  const requests: (ScimRequestRecord & { status: number })[] = [];
  const violations: string[] = [];
  let faults = options.faults ?? {};
  let count = 0;

  const carryOut = (record: ScimRequestRecord, url: URL): Answer => {
    try {
      if (options.token !== undefined && record.headers['authorization'] !== `Bearer ${options.token}`) {
        throw new ScimError(401, 'a valid bearer token is needed');
      }
      return answerFor(record, url, store, faults);
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      if (error.violation) violations.push(`${record.method} ${record.path}: ${error.message}`);
      return { status: error.status, body: error.body };
    }
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readText(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const read = parseBody(text);
    count += 1;
    const record = {
      number: count,
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname.slice(basePath.length)) + decodeURIComponent(url.search),
      headers: headersOf(request),
      body: read,
      at: performance.now(),
      status: 0,
    };
    requests.push(record);
    const problem = problemWith(record, url, text);
    if (problem !== undefined) {
      violations.push(`${record.method} ${record.path}: ${problem.message}`);
      record.status = problem.status;
      send(response, { status: problem.status, body: problem.body });
      return;
    }
    const fault = await faults.before?.(record);
    if (fault !== undefined) {
      misbehave(fault, record, () => carryOut(record, url), response);
      return;
    }
    const answer = carryOut(record, url);
    await faults.after?.(record, answer.status);
    record.status = answer.status;
    send(response, answer);
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      violations.push(`the server failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      response.destroy();
    });
  };
  const server = options.tls === undefined ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  const port = await listen(server, options.port ?? 0);
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${basePath}`,
    port,
    users: () => structuredClone(store.list('User')),
    groups: () => structuredClone(store.list('Group')),
    requests,
    violations,
    clearRequests: () => void requests.splice(0),
    setFaults: (next) => void (faults = next),
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

function misbehave(fault: Fault, record: { status: number }, carryOut: () => Answer, response: ServerResponse): void {
  switch (fault.kind) {
    case 'answer': {
      record.status = fault.status;
      const text = typeof fault.body === 'string' ? fault.body : fault.body === undefined ? '' : JSON.stringify(fault.body);
      const type = typeof fault.body === 'string' ? 'text/html; charset=utf-8' : mediaType;
      response.writeHead(fault.status, { ...(text === '' ? {} : { 'content-type': type }), ...fault.headers }).end(text);
      return;
    }
    case 'cut':
      if (fault.applied) carryOut();
      response.destroy();
      return;
    case 'hang':
      if (fault.applied) carryOut();
      return;
    case 'garble': {
      const { status } = carryOut();
      record.status = fault.status ?? status;
      response.writeHead(record.status, { 'content-type': 'text/html; charset=utf-8', ...fault.headers }).end(fault.body);
      return;
    }
    case 'endless':
      record.status = 200;
      writeEndlessly(response);
  }
}

function send(response: ServerResponse, { status, body, version }: Answer): void {
  const etag = version === undefined ? {} : { etag: version };
  if (body === undefined) response.writeHead(status, etag).end();
  else response.writeHead(status, { 'content-type': mediaType, ...etag }).end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > longestBody) throw new Error('the body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseBody(text: string): Json | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}

/** What is wrong with a request whatever it asks for (RFC 7644 §3.1, §3.8). */
function problemWith({ method, headers, body }: ScimRequestRecord, url: URL, text: string): ScimError | undefined {
  if (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`)) return new ScimError(404, 'not under the base URL', undefined, true);
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method);
  if (!hasBody) return text === '' ? undefined : violation(`a body with ${method}`, 'invalidSyntax');
  const type = headers['content-type']?.split(';')[0]?.trim();
  if (type !== 'application/scim+json' && type !== 'application/json') return violation('the media type is not SCIM', 'invalidSyntax');
  return body === undefined ? violation('the body is not a JSON object', 'invalidSyntax') : undefined;
}

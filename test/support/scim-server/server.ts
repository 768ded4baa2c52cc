import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerFor, type Answer, type Context } from './answer.ts';
import { askedWait } from './asked-wait.ts';
import { behaviourOf, differencesOf, type Behaviour, type PartialBehaviour } from './behaviour.ts';
import { missing, noRoute, renderError } from './errors.ts';
import { writeEndlessly, type Fault, type Faults, type ScimRequestRecord } from './faults.ts';
import { problemWith } from './gate.ts';
import { headersOf, listen, parseBody, readText, send } from './http.ts';
import { createLists } from './lists.ts';
import { createPace } from './pace.ts';
import { ScimError, type Json, type Kind } from './protocol.ts';
import { createStore } from './store.ts';

export interface ScimServerOptions {
  /** Bearer token that every request must bring; without one, everybody may come in. */
  readonly token?: string;
  /** 0, any free one, unless said. */
  readonly port?: number;
  readonly faults?: Faults;
  /** In what it differs from a clean server: `vendors['aws-identity-center']`, or parts joined with `behaviourOf`. */
  readonly behaviour?: PartialBehaviour;
  /** PEM texts: serves https. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Its wall clock, in milliseconds since 1970: for budgets, and for the `Date` of answers. The machine's unless said. */
  readonly now?: () => number;
}

/** A request with the status of its answer: 0 when it got none. */
export interface RecordedRequest extends ScimRequestRecord {
  readonly status: number;
}

/** A request that came before the time that the server had told to come again; or that was under way already. Once for each time that it told so. */
export interface EarlyRequest {
  readonly number: number;
  /** Milliseconds since the server had said so, and until it wanted to be asked again. */
  readonly since: number;
  readonly until: number;
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
  /** What the RFC allows and this server does not take: none, for a client that knows what it is like. */
  readonly refusals: readonly string[];
  readonly early: readonly EarlyRequest[];
  clearRequests(): void;
  /** Puts everything back or elsewhere, as an operator does: `kept` gives the id that a resource has from now on; undefined, it is lost. */
  restore(kept: (kind: Kind, resource: Json) => string | undefined): void;
  /** Remembers everything that it holds; what it returns puts it back, and forgets all requests. */
  freeze(): () => void;
  setFaults(faults: Faults): void;
  setBehaviour(behaviour: PartialBehaviour): void;
  stop(): Promise<void>;
}

type OpenRecord = ScimRequestRecord & { status: number };

/**
 * A small SCIM server (RFC 7643, 7644) on 127.0.0.1, in memory: strict with clients, like any vendor's where it is told
 * so, and able to misbehave.
 */
export async function startScimServer(options: ScimServerOptions = {}): Promise<ScimServer> {
  let faults = options.faults ?? {};
  let differences = options.behaviour ?? {};
  let behaviour: Behaviour = behaviourOf(differences, differencesOf(faults));
  const now = options.now ?? Date.now;
  let baseUrl = '';
  let writes = 0;
  const rules = (): Behaviour => behaviour;
  const store = createStore(() => new Date(now()), rules);
  const pace = createPace(rules, now);
  const requests: OpenRecord[] = [];
  const violations: string[] = [];
  const refusals: string[] = [];
  const early: EarlyRequest[] = [];
  let pauses: { readonly from: number; readonly until: number }[] = [];
  let count = 0;

  const settle = (): void => void (behaviour = behaviourOf(differences, differencesOf(faults)));
  const failed = (record: ScimRequestRecord, error: ScimError): Answer => {
    const line = `${record.method} ${record.path}: ${error.message}`;
    if (error.violation) violations.push(line);
    if (error.refused) refusals.push(line);
    const { noRoute: how, gone, basePath } = behaviour.http;
    const isRoute = error.status === 405 || error.status === 501 || (error.status === 404 && error.refused);
    if (how === 'json' && isRoute) return { status: 404, body: { status: 404, error: 'Not Found' } };
    if (how === 'page' && isRoute) return noRoute(record.method, basePath + record.path);
    const isMissing = error.status === 404 && /^\/(?:Users|Groups)\/[^/?]/.test(record.path);
    return gone !== 'error' && isMissing && !error.refused ? missing(gone, behaviour) : renderError(error, behaviour);
  };
  const refuse = (record: ScimRequestRecord, problem: ScimError | undefined): Answer | undefined => {
    if (problem === undefined) return undefined;
    return problem.status === 413 ? tooLarge(failed(record, problem)) : failed(record, problem);
  };
  const attempt = (record: ScimRequestRecord, carryOut: () => Answer): Answer => {
    try {
      return carryOut();
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      return failed(record, error);
    }
  };
  const context: Context = {
    store,
    lists: createLists(store, rules),
    behaviour: rules,
    baseUrl: () => baseUrl,
    inner: (record) =>
      attempt(record, () =>
        answerFor(context, record, new URL(behaviour.http.basePath + record.path, 'http://127.0.0.1')),
      ),
  };

  const carryOut = (record: ScimRequestRecord, url: URL): Answer => {
    const answer = attempt(record, () => {
      if (options.token !== undefined && record.headers['authorization'] !== `Bearer ${options.token}`) {
        throw new ScimError(401, 'a valid bearer token is needed');
      }
      return answerFor(context, record, url);
    });
    if (record.method === 'GET' || answer.status >= 300) return answer;
    writes += 1;
    const { failAfterCommit } = behaviour.pace;
    if (failAfterCommit > 0 && writes % failAfterCommit === 0)
      return renderError(new ScimError(500, 'something went wrong'), behaviour);
    return behaviour.http.writes === 'asynchronous' ? { status: 202, headers: { 'set-txn': randomUUID() } } : answer;
  };

  const asks = (milliseconds: number): void => {
    if (milliseconds > 0) pauses.push({ from: now(), until: now() + milliseconds });
  };
  /** What is answered without a look at what was asked for. */
  const turnAway = (
    record: ScimRequestRecord,
  ): { readonly answer: Answer | undefined; readonly headers: Readonly<Record<string, string>> } => {
    pauses = pauses.filter(({ until }) => now() < until);
    for (const { from, until } of pauses)
      early.push({ number: record.number, since: now() - from, until: until - now() });
    const { unavailable } = behaviour.pace;
    if (unavailable > 0 && record.number % unavailable === 0)
      return { answer: renderError(new ScimError(503, 'come again later'), behaviour), headers: {} };
    const { wait, headers } = pace.take(record);
    if (wait === 0) return { answer: undefined, headers };
    return { answer: renderError(new ScimError(429, 'too many requests'), behaviour), headers };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { text, bytes } = await readText(request);
    if (options.now !== undefined) response.setHeader('date', new Date(now()).toUTCString());
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    count += 1;
    const record: OpenRecord = {
      number: count,
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname.slice(behaviour.http.basePath.length)) + decodeURIComponent(url.search),
      headers: headersOf(request),
      body: parseBody(text),
      at: performance.now(),
      status: 0,
    };
    requests.push(record);
    if (behaviour.http.latencyMilliseconds > 0) await sleep(behaviour.http.latencyMilliseconds);
    const { answer: away, headers } = turnAway(record);
    const reply = (answer: Answer): void => {
      const all = { ...headers, ...answer.headers };
      record.status = answer.status;
      asks(askedWait(answer.status, all, now()));
      send(response, { ...answer, headers: all }, behaviour);
    };
    const refused = away ?? refuse(record, problemWith(record, url, bytes, behaviour));
    if (refused !== undefined) {
      reply(refused);
      return;
    }
    const fault = await faults.before?.(record);
    if (fault !== undefined) {
      if (fault.kind === 'answer') asks(askedWait(fault.status, fault.headers ?? {}, now()));
      misbehave(fault, record, () => carryOut(record, url), response);
      return;
    }
    const answer = carryOut(record, url);
    await faults.after?.(record, answer.status);
    reply(answer);
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      violations.push(`the server failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      response.destroy();
    });
  };
  const server = options.tls === undefined ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  const port = await listen(server, options.port ?? 0);
  baseUrl = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${behaviour.http.basePath}`;
  return {
    url: baseUrl,
    port,
    users: () => structuredClone(store.list('User')),
    groups: () => structuredClone(store.list('Group')),
    requests,
    violations,
    refusals,
    early,
    clearRequests: () => void requests.splice(0),
    restore(kept) {
      store.restore(kept);
    },
    freeze() {
      const putBack = store.freeze();
      return () => {
        putBack();
        for (const list of [requests, violations, refusals, early]) list.splice(0);
      };
    },
    setFaults(next) {
      faults = next;
      settle();
    },
    setBehaviour(next) {
      differences = next;
      settle();
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A body too large never reaches what speaks SCIM (WorkOS says so). */
function tooLarge(answer: Answer): Answer {
  return { ...answer, body: 'Request Entity Too Large', type: 'text/plain' };
}

function misbehave(fault: Fault, record: { status: number }, carryOut: () => Answer, response: ServerResponse): void {
  switch (fault.kind) {
    case 'answer': {
      record.status = fault.status;
      const text =
        typeof fault.body === 'string' ? fault.body : fault.body === undefined ? '' : JSON.stringify(fault.body);
      const type = typeof fault.body === 'string' ? 'text/html; charset=utf-8' : 'application/scim+json; charset=utf-8';
      response
        .writeHead(fault.status, { ...(text === '' ? {} : { 'content-type': type }), ...fault.headers })
        .end(text);
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
      response
        .writeHead(record.status, { 'content-type': 'text/html; charset=utf-8', ...fault.headers })
        .end(fault.body);
      return;
    }
    case 'endless':
      record.status = 200;
      writeEndlessly(response);
  }
}

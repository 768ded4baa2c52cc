import { randomUUID } from 'node:crypto';
import { setTimeout as realTime } from 'node:timers/promises';
import { answerFor, type Answer, type Context } from './answer.ts';
import { askedWait } from './asked-wait.ts';
import { behaviourOf, differencesOf, type Behaviour, type PartialBehaviour } from './behaviour.ts';
import { missing, noRoute, renderError } from './errors.ts';
import type { Fault, Faults, ScimRequestRecord } from './faults.ts';
import { problemWith } from './gate.ts';
import { createLists } from './lists.ts';
import { answered, parseBody, type Outcome, type Received } from './message.ts';
import { createPace } from './pace.ts';
import { copyOf } from '../copy.ts';
import { ScimError, type Json, type Kind } from './protocol.ts';
import { createStore } from './store.ts';

export interface ScimServiceOptions {
  /** Bearer token that every request must bring; without one, everybody may come in. */
  readonly token?: string;
  readonly faults?: Faults;
  /** In what it differs from a clean server: `vendors['aws-identity-center']`, or parts joined with `behaviourOf`. */
  readonly behaviour?: PartialBehaviour;
  /** Its wall clock, in milliseconds since 1970: for budgets, and for the `Date` of answers. The machine's unless said. */
  readonly now?: () => number;
  /** How it lets time pass before it answers. Real time, unless said. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** An id that nobody has. A random UUID, unless said. */
  readonly newId?: () => string;
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

/** What answers requests, however they come. */
export interface ScimService {
  /** Base URL, without a slash at its end. */
  readonly url: string;
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
  /** Takes in one request. What it comes to may be no answer at all. */
  receive(request: Received): Promise<Outcome>;
}

type OpenRecord = ScimRequestRecord & { status: number };

/**
 * What a small SCIM server (RFC 7643, 7644) does, in memory: strict with clients, like any vendor's where it is told so, and
 * able to misbehave.
 *
 * @param origin where it is reached: `http://127.0.0.1:8080`
 */
export function createScimService(origin: () => string, options: ScimServiceOptions = {}): ScimService {
  let faults = options.faults ?? {};
  let differences = options.behaviour ?? {};
  let behaviour: Behaviour = behaviourOf(differences, differencesOf(faults));
  const now = options.now ?? Date.now;
  const { basePath } = behaviour.http;
  const sleep = options.sleep ?? ((milliseconds) => realTime(milliseconds));
  let writes = 0;
  const rules = (): Behaviour => behaviour;
  const newId = options.newId ?? randomUUID;
  const store = createStore(() => new Date(now()), rules, newId);
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
    const { noRoute: how, gone } = behaviour.http;
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
    baseUrl: () => origin() + basePath,
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
    return behaviour.http.writes === 'asynchronous' ? { status: 202, headers: { 'set-txn': newId() } } : answer;
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

  const receive = async ({ method, url: asked, headers, text }: Received): Promise<Outcome> => {
    const url = new URL(asked, 'http://127.0.0.1');
    count += 1;
    const record: OpenRecord = {
      number: count,
      method,
      path: decodeURIComponent(url.pathname.slice(behaviour.http.basePath.length)) + decodeURIComponent(url.search),
      headers,
      body: parseBody(text),
      at: performance.now(),
      status: 0,
    };
    requests.push(record);
    if (behaviour.http.latencyMilliseconds > 0) await sleep(behaviour.http.latencyMilliseconds);
    const { answer: away, headers: quota } = turnAway(record);
    const reply = (answer: Answer): Outcome => {
      const all = { ...quota, ...answer.headers };
      record.status = answer.status;
      asks(askedWait(answer.status, all, now()));
      return answered({ ...answer, headers: all }, behaviour);
    };
    const refused = away ?? refuse(record, problemWith(record, url, Buffer.byteLength(text), behaviour));
    if (refused !== undefined) return reply(refused);
    const fault = await faults.before?.(record);
    if (fault !== undefined) {
      if (fault.kind === 'answer') asks(askedWait(fault.status, fault.headers ?? {}, now()));
      return misbehave(fault, record, () => carryOut(record, url));
    }
    const answer = carryOut(record, url);
    await faults.after?.(record, answer.status);
    return reply(answer);
  };
  const dated = (outcome: Outcome): Outcome =>
    options.now === undefined || outcome.kind === 'cut' || outcome.kind === 'hang'
      ? outcome
      : { ...outcome, headers: { date: new Date(now()).toUTCString(), ...outcome.headers } };

  return {
    get url() {
      return origin() + basePath;
    },
    users: () => copyOf(store.list('User')),
    groups: () => copyOf(store.list('Group')),
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
    async receive(request) {
      try {
        return dated(await receive(request));
      } catch (error) {
        violations.push(
          `the server failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        return { kind: 'cut' };
      }
    },
  };
}

/** A body too large never reaches what speaks SCIM (WorkOS says so). */
function tooLarge(answer: Answer): Answer {
  return { ...answer, body: 'Request Entity Too Large', type: 'text/plain' };
}

function misbehave(fault: Fault, record: { status: number }, carryOut: () => Answer): Outcome {
  switch (fault.kind) {
    case 'answer': {
      record.status = fault.status;
      const text =
        typeof fault.body === 'string' ? fault.body : fault.body === undefined ? '' : JSON.stringify(fault.body);
      const type = typeof fault.body === 'string' ? 'text/html; charset=utf-8' : 'application/scim+json; charset=utf-8';
      const headers = { ...(text === '' ? {} : { 'content-type': type }), ...fault.headers };
      return { kind: 'answer', status: fault.status, headers, bytes: Buffer.from(text) };
    }
    case 'cut':
      if (fault.applied) carryOut();
      return { kind: 'cut' };
    case 'hang':
      if (fault.applied) carryOut();
      return { kind: 'hang' };
    case 'garble': {
      const { status } = carryOut();
      record.status = fault.status ?? status;
      const headers = { 'content-type': 'text/html; charset=utf-8', ...fault.headers };
      return { kind: 'answer', status: record.status, headers, bytes: Buffer.from(fault.body) };
    }
    case 'endless':
      record.status = 200;
      return { kind: 'endless', headers: { 'content-type': 'application/scim+json' } };
  }
}

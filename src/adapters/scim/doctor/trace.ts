import { isDeepStrictEqual } from 'node:util';
import {
  endpoints,
  isBody,
  isRefusal,
  listOf,
  type Answer,
  type Body,
  type Refusal,
  type ScimRequest,
} from '../shared/message.ts';
import { idOf } from '../answers/resource.ts';
import { words } from './words.ts';

type Asked = Pick<ScimRequest, 'method' | 'path' | 'body'>;

/** What was sent and what came back, in words: the evidence for a finding. */
export interface Trace {
  note(request: Asked, answer: Answer | Refusal): void;
  /** What was noted since the last time. */
  take(): string[];
  /** How changes of resources were answered so far. */
  answers(): AnswerNotes;
}

/** Of all 2xx answers to POST, PUT and PATCH of one resource. */
export interface AnswerNotes {
  /** With the resource. */
  readonly whole: number;
  /** Without a body. */
  readonly empty: number;
  /** With something that is not the resource: an error, another id, an object of the target's own. */
  readonly strange: readonly string[];
  /** Which attributes were shown otherwise than they were stored, like `members (PATCH /Groups)`. */
  readonly wrong: readonly string[];
}

/** Nothing but what we made ourselves is quoted: of lists only their length, of resources what changed. */
export function createTrace(): Trace {
  let lines: string[] = [];
  const held = new Map<string, Body>();
  /** Answers that nothing was read after yet. */
  const shown = new Map<string, { readonly body: Body; readonly how: string }>();
  const strange = new Set<string>();
  const wrong = new Set<string>();
  let whole = 0;
  let empty = 0;

  const noteAnswer = ({ method, path }: Asked, { status, body }: Answer): string => {
    const endpoint = endpointOf(path);
    const how = `${method} ${endpoint}`;
    shown.delete(path);
    if (body === undefined) {
      empty += 1;
      return ', without a body';
    }
    if (!isAbout(path, body)) {
      strange.add(how);
      return ', with something else than the resource';
    }
    whole += 1;
    const own = method === 'POST' ? `${endpoint}/${encodeURIComponent(idOf(body) ?? '')}` : path;
    if (status !== 202) shown.set(own, { body, how });
    return '';
  };
  const noteReading = (path: string, body: Body): string => {
    const answered = shown.get(path);
    shown.delete(path);
    for (const name of answered === undefined ? [] : differing(answered.body, body))
      wrong.add(`${name} (${answered?.how ?? ''})`);
    const before = held.get(path);
    held.set(path, body);
    return before === undefined ? '' : `, ${changesOf(before, body)}`;
  };
  const comeBack = (request: Asked, answer: Answer | Refusal): string => {
    if (isRefusal(answer)) return words(answer);
    const { method, path } = request;
    const rows = answer.body?.['Resources'];
    if (method === 'GET' && Array.isArray(rows)) return `${answer.status}, ${rows.length} found`;
    if (method === 'GET')
      return `${answer.status}${isResource(path) && answer.body !== undefined ? noteReading(path, answer.body) : ''}`;
    return `${answer.status}${method === 'DELETE' || path.startsWith('/Bulk') ? '' : noteAnswer(request, answer)}`;
  };
  return {
    note: (request, answer) =>
      void lines.push(
        `${request.method} ${decodeURIComponent(request.path)}${saying(request)} → ${comeBack(request, answer)}`,
      ),
    take() {
      const taken = lines;
      lines = [];
      return taken;
    },
    answers: () => ({ whole, empty, strange: [...strange], wrong: [...wrong] }),
  };
}

function endpointOf(path: string): string {
  return Object.values(endpoints).find((endpoint) => path.startsWith(endpoint)) ?? path;
}

/** A path of one resource, without a query. */
function isResource(path: string): boolean {
  return /^\/(?:Users|Groups)\/[^?]+$/.test(path);
}

function isAbout(path: string, body: Body): boolean {
  const id = idOf(body);
  if (!isResource(path)) return id !== undefined;
  const own = decodeURIComponent(path.split('/').at(-1) ?? '');
  return id === undefined
    ? Array.isArray(body['schemas']) && body['detail'] === undefined
    : id.toLowerCase() === own.toLowerCase();
}

/** What a PATCH or a bulk request is about: ` [replace active = false; add members]` */
function saying({ method, body = {} }: Asked): string {
  if (method !== 'PATCH') return '';
  const operations = listOf(body['Operations']).filter(isBody);
  const said = operations
    .slice(0, 3)
    .map(
      ({ op, path, value }) =>
        `${String(op)}${typeof path === 'string' ? ` ${path}` : ''}${value === undefined ? '' : ` = ${short(value)}`}`,
    );
  return ` [${[...said, ...(operations.length > said.length ? [`and ${operations.length - said.length} more`] : [])].join('; ')}]`;
}

/** Attributes that both have, with different values, or that only the answer has. Who hides members hides nothing. */
function differing(answer: Body, held: Body): string[] {
  return namesOf(answer).filter((name) => {
    if (held[name] === undefined && name === 'members') return false;
    return !isDeepStrictEqual(plain(answer[name]), plain(held[name]));
  });
}

/** An empty list and no list are one and the same (RFC 7643 §2.5); the order of a list means nothing. */
function plain(value: unknown): unknown {
  if (value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  return Array.isArray(value) ? value.map((one) => JSON.stringify(one)).sort() : value;
}

function changesOf(before: Body, after: Body): string {
  const changed = [...new Set([...namesOf(before), ...namesOf(after)])].filter(
    (name) => !isDeepStrictEqual(plain(before[name]), plain(after[name])),
  );
  if (changed.length === 0) return 'as it was before';
  return changed.map((name) => `${name} ${short(before[name])} → ${short(after[name])}`).join(', ');
}

function namesOf(body: Body): string[] {
  return Object.keys(body).filter((name) => name !== 'meta' && name !== 'schemas');
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

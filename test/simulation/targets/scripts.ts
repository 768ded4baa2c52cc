import { html, type Fault, type Faults } from '../../support/scim-server/index.ts';

/** A fault of the moment, as it is told at `now` (milliseconds since 1970) on the server's clock. */
export type Script = (now: number) => Fault;

const status =
  (
    code: number,
    headers: Readonly<Record<string, string>> = {},
    body?: Extract<Fault, { kind: 'answer' }>['body'],
  ): Script =>
  () => ({ kind: 'answer', status: code, headers, ...(body === undefined ? {} : { body }) });
const error = (code: number, scimType?: string): Script =>
  status(
    code,
    {},
    {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(code),
      detail: 'something is wrong',
      ...(scimType === undefined ? {} : { scimType }),
    },
  );
const date = (now: number, seconds: number): string => new Date(now + seconds * 1000).toUTCString();

/** Every kind of fault, in every shape that a client has to tell apart. */
export const scripts: Readonly<Record<Fault['kind'], Readonly<Record<string, Script>>>> = {
  answer: {
    '429 in seconds': status(429, { 'retry-after': '7' }),
    '429 with a date': (now) => ({ kind: 'answer', status: 429, headers: { 'retry-after': date(now, 9) } }),
    '429 until a reset': (now) => ({
      kind: 'answer',
      status: 429,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(now / 1000) + 11) },
    }),
    '429 for longer than anybody waits': status(429, { 'retry-after': '1800' }),
    '429 and no word': status(429),
    '403 with nothing left': (now) => ({
      kind: 'answer',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(now / 1000) + 5) },
    }),
    '503 in seconds': status(503, { 'retry-after': '13' }, html),
    '503 with a date': (now) => ({ kind: 'answer', status: 503, headers: { 'retry-after': date(now, 4) } }),
    '503 and no word': status(503, {}, html),
    '500': error(500),
    '502 from a gateway': status(502, {}, html),
    '504 from a gateway': status(504, {}, html),
    '408': error(408),
    '400': error(400),
    '400 that speaks of a filter': error(400, 'invalidFilter'),
    '401': error(401),
    '403': error(403),
    '404': error(404),
    '404 as a page': status(404, {}, html),
    '405': error(405),
    '409': error(409, 'uniqueness'),
    '412': error(412),
    '413': status(413, {}, 'Request Entity Too Large'),
    '501': error(501),
    'a login page': status(200, {}, html),
    'a redirect': status(302, { location: 'https://login.example/' }),
    'an error in a 200': status(
      200,
      {},
      { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '500', detail: 'no' },
    ),
    'a bare 200': status(200),
    'a bare 202': status(202),
  },
  cut: { before: () => ({ kind: 'cut', applied: false }), after: () => ({ kind: 'cut', applied: true }) },
  hang: { before: () => ({ kind: 'hang', applied: false }), after: () => ({ kind: 'hang', applied: true }) },
  garble: {
    'a page of 200': () => ({ kind: 'garble', status: 200, body: html }),
    'a page': () => ({ kind: 'garble', body: html }),
    'half of JSON': () => ({
      kind: 'garble',
      headers: { 'content-type': 'application/scim+json' },
      body: '{"schemas":["urn:ietf:para',
    }),
    'JSON of somebody else': () => ({
      kind: 'garble',
      headers: { 'content-type': 'application/json' },
      body: '{"ok":true}',
    }),
    'a gateway that lost it': () => ({ kind: 'garble', status: 502, body: html }),
  },
  endless: { 'without end': () => ({ kind: 'endless' }) },
};

/** The simple faults that a running server can be told, each with what it may be; the scripted ones are above. */
export const switches: { readonly [Name in keyof Omit<Faults, 'before' | 'after'>]-?: readonly Faults[Name][] } = {
  ignoreFilters: [true],
  patch: [405, 501],
  patchWithoutBody: [true],
  pageLimit: [2],
  paging: ['ignored', 'wraps'],
  totalIsPage: [true],
  hideMembers: [true],
};

/** Those that cost much time, of the world or of the machine: not more often than so in a world. */
export const mostOften: Readonly<Record<Fault['kind'], number>> = {
  answer: Infinity,
  cut: Infinity,
  hang: 4,
  garble: Infinity,
  endless: 2,
};

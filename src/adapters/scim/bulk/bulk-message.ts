import type { BulkDialect } from '../../../core/dialect/dialect.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { classify } from '../http/classify.ts';
import { decodedUri } from '../read/decoded-uri.ts';
import { isBody, listOf, schemas, type Answer, type Body, type Refusal, type ScimRequest } from '../shared/message.ts';

/** One request as an operation of a bulk request (RFC 7644 §3.7). Only a POST has a bulkId: the others have a path. */
export function bulkOperation({ method, path, headers, body }: ScimRequest, bulkId: string): Body {
  const version = headers?.['if-match'];
  return {
    method,
    ...(method === 'POST' ? { bulkId } : {}),
    path,
    ...(version === undefined ? {} : { version }),
    ...(body === undefined ? {} : { data: body }),
  };
}

export function bulkBody(operations: readonly Body[], { operationsKey, failOnErrors }: BulkDialect): Body {
  return { schemas: [schemas.bulk], ...(failOnErrors > 0 ? { failOnErrors } : {}), [operationsKey]: operations };
}

export interface Asked {
  readonly request: ScimRequest;
  readonly bulkId: string;
}

/**
 * What became of each request, in their order; undefined for those that the answer does not speak of: a target stops
 * after too many errors, and may answer in another order (RFC 7644 §3.7.3). A POST is known again by its bulkId, the
 * others by method and location, or the path that some repeat; and by their order where nothing else is told.
 *
 * @param secrets what must not be repeated out of the target's words
 */
export function bulkOutcomes(
  body: Body,
  asked: readonly Asked[],
  secrets: readonly string[],
): (Answer | Refusal | undefined)[] {
  const listed = listOf(readScimPath(body, operationsPath));
  // Each request looks through all outcomes: there is one for each, and not thousands.
  const said: (Body | undefined)[] = listed.length > mostOutcomes * asked.length ? [] : listed.filter(isBody);
  const found = asked.map((one) => take(said, (outcome) => isAbout(outcome, one)));
  // Whoever names nothing that could be told apart answers in order.
  const inOrder =
    said.length === asked.length &&
    asked.every(({ request }, at) => found[at] !== undefined || isNameless(said[at], request));
  return asked.map(({ request }, at) => {
    const outcome = found[at] ?? (inOrder ? said[at] : undefined);
    return outcome === undefined ? undefined : outcomeOf(outcome, request, secrets);
  });
}

/** Takes out the first that fits, and leaves its place. */
function take(said: (Body | undefined)[], fits: (outcome: Body) => boolean): Body | undefined {
  const at = said.findIndex((outcome) => outcome !== undefined && fits(outcome));
  const outcome = at === -1 ? undefined : said[at];
  if (outcome !== undefined) said[at] = undefined;
  return outcome;
}

function isNameless(outcome: Body | undefined, { method }: ScimRequest): boolean {
  if (outcome === undefined || ['bulkId', 'location', 'path'].some((name) => typeof outcome[name] === 'string'))
    return false;
  return (
    outcome['method'] === undefined ||
    (typeof outcome['method'] === 'string' && outcome['method'].toUpperCase() === method)
  );
}
const operationsPath = scimPath('Operations');

/** Outcomes for each request of a bulk request. */
const mostOutcomes = 10;

function isAbout(outcome: Body, { request, bulkId }: Asked): boolean {
  if (outcome['bulkId'] === bulkId) return true;
  if (
    request.method === 'POST' ||
    typeof outcome['method'] !== 'string' ||
    outcome['method'].toUpperCase() !== request.method
  )
    return false;
  const { location, path } = outcome;
  if (path === request.path) return true;
  return (
    typeof location === 'string' &&
    (endsWith(location, request.path) || endsWith(location, decodeURIComponent(request.path)))
  );
}

/** Locations may be relative (scimmy) or under another prefix (SCIMServer): only where they end counts. */
function endsWith(location: string, path: string): boolean {
  return (location.split('?')[0] ?? '').endsWith(path);
}

/** The outcome as if the request had been answered alone. Undefined when it has no status. */
function outcomeOf(outcome: Body, request: ScimRequest, secrets: readonly string[]): Answer | Refusal | undefined {
  const status = statusOf(outcome['status']);
  if (status === undefined) return undefined;
  const { version, response } = outcome;
  const etag = typeof version === 'string' ? version : undefined;
  const body = isBody(response)
    ? response
    : status < 300 && request.method === 'POST'
      ? createdBody(outcome['location'], etag)
      : undefined;
  const content = body === undefined ? ({ kind: 'none' } as const) : ({ kind: 'json', body } as const);
  const reply = {
    kind: 'answer',
    status,
    etag,
    location: typeof outcome['location'] === 'string' && status < 300 ? outcome['location'] : undefined,
    retryAfter: undefined,
    date: undefined,
    content,
  } as const;
  return classify(reply, request, 'http://localhost', secrets);
}

/** `"201"` (RFC 7644 §3.7.3), `{"code": "201"}` (in an example of it; scimgateway), or a number. */
function statusOf(status: unknown): number | undefined {
  const code = isBody(status) ? status['code'] : status;
  const number = typeof code === 'string' && /^\d{3}$/.test(code) ? Number(code) : code;
  return typeof number === 'number' && number >= 200 && number < 600 ? number : undefined;
}

/** A created resource is often told by its location alone: the id is its last part. */
function createdBody(location: unknown, version: string | undefined): Body | undefined {
  const last =
    typeof location === 'string' ? /\/(?:Users|Groups)\/([^/?]+)\/?(?:\?.*)?$/i.exec(location)?.[1] : undefined;
  const id = last === undefined ? undefined : decodedUri(last);
  return id === undefined ? undefined : { id, ...(version === undefined ? {} : { meta: { version } }) };
}

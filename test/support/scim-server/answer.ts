import type { Faults, ScimRequestRecord } from './faults.ts';
import { parseFilter } from './filter.ts';
import { get, isObject, ScimError, urn, violation, type Json, type Kind } from './protocol.ts';
import { resourceTypes, schemaDocuments, serviceProviderConfig } from './schema.ts';
import type { Store } from './store.ts';

export interface Answer {
  readonly status: number;
  readonly body?: Json;
  /** ETag. */
  readonly version?: string;
}

/** Carries out one request (RFC 7644 §3.2). @throws ScimError with the status to answer */
export function answerFor(request: ScimRequestRecord, url: URL, store: Store, faults: Faults): Answer {
  const [, , , endpoint = '', encodedId, ...deeper] = url.pathname.split('/');
  const kind = endpoint === 'Users' ? 'User' : endpoint === 'Groups' ? 'Group' : undefined;
  if (deeper.length > 0) throw new ScimError(404, 'no such endpoint');
  if (kind === undefined) return discovery(request, endpoint, encodedId, url, faults);
  const id = encodedId === undefined ? undefined : decodeURIComponent(encodedId);
  const ifMatch = request.headers['if-match'];
  if (id === undefined) {
    if (request.method === 'GET') return { status: 200, body: page(kind, url.searchParams, store, faults) };
    if (request.method === 'POST') return resource(201, store.create(kind, request.body));
    throw new ScimError(405, `${request.method} is not for a whole endpoint`);
  }
  switch (request.method) {
    case 'GET':
      return resource(200, shown(store.read(kind, id), faults));
    case 'PUT':
      return resource(200, store.replace(kind, id, request.body, ifMatch));
    case 'PATCH': {
      if (faults.patch !== undefined) throw new ScimError(faults.patch, 'PATCH is not supported');
      const patched = resource(200, store.patch(kind, id, request.body, ifMatch));
      return faults.patchWithoutBody === true ? { status: 204 } : patched;
    }
    case 'DELETE':
      store.remove(kind, id, ifMatch);
      return { status: 204 };
    default:
      throw new ScimError(405, `${request.method} is not supported`);
  }
}

function resource(status: number, body: Json): Answer {
  const meta = body['meta'];
  const version = isObject(meta) && typeof meta['version'] === 'string' ? { version: meta['version'] } : {};
  return { status, body, ...version };
}

function shown(body: Json, faults: Faults): Json {
  if (faults.hideMembers !== true) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'members'));
}

/** A page of a list (RFC 7644 §3.4.2.4): startIndex counts from 1. */
function page(kind: Kind, query: URLSearchParams, store: Store, faults: Faults): Json {
  for (const name of query.keys()) {
    if (!['filter', 'startIndex', 'count', 'attributes', 'excludedAttributes'].includes(name)) throw violation(`unknown parameter ${name}`, 'invalidValue');
  }
  const text = query.get('filter');
  const filter = text === null || faults.ignoreFilters === true ? undefined : parseFilter(text);
  const all = store.list(kind, filter);
  const limit = faults.pageLimit ?? 100;
  const count = faults.paging === 'ignored' ? limit : Math.min(number(query, 'count', limit), limit);
  const asked = faults.paging === 'ignored' ? 1 : Math.max(1, number(query, 'startIndex', 1));
  const startIndex = faults.paging === 'wraps' && asked > all.length ? 1 : asked;
  const rows = all.slice(startIndex - 1, startIndex - 1 + count).map((one) => shown(structuredClone(one), faults));
  return {
    schemas: [urn.list],
    totalResults: faults.totalIsPage === true ? rows.length : all.length,
    startIndex,
    itemsPerPage: rows.length,
    Resources: rows,
  };
}

function number(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw violation(`${name} is not a number`, 'invalidValue');
  return Math.max(0, Number(text));
}

/** RFC 7644 §4: read only, and never filtered. */
function discovery(request: ScimRequestRecord, endpoint: string, id: string | undefined, url: URL, faults: Faults): Answer {
  const documents = { ResourceTypes: resourceTypes, Schemas: schemaDocuments };
  if (endpoint !== 'ServiceProviderConfig' && endpoint !== 'ResourceTypes' && endpoint !== 'Schemas') throw new ScimError(404, 'no such endpoint');
  if (request.method !== 'GET') throw new ScimError(405, 'read only');
  if (url.searchParams.has('filter')) throw new ScimError(403, 'discovery takes no filter', undefined, true);
  if (endpoint === 'ServiceProviderConfig') return { status: 200, body: serviceProviderConfig(faults.patch === undefined) };
  const list = documents[endpoint]();
  if (id === undefined) return { status: 200, body: { schemas: [urn.list], totalResults: list.length, startIndex: 1, itemsPerPage: list.length, Resources: list } };
  const one = list.find((document) => get(document, 'id') === decodeURIComponent(id));
  if (one === undefined) throw new ScimError(404, 'no such document');
  return { status: 200, body: one };
}

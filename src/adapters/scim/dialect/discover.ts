import type { Failure } from '../../../core/model/outcome.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { TargetFacts } from '../../../ports/scim-target.ts';
import type { TargetDialect } from './target-dialect.ts';
import {
  endpoints,
  isRefusal,
  listOf,
  nonsense,
  schemas,
  toFailure,
  type Body,
  type Exchange,
  type Refusal,
} from '../shared/message.ts';
import { isGroups } from './endpoints.ts';
import { isList, readList } from '../answers/list.ts';
import { documentAnswer, shortAnswer } from '../shared/bounds.ts';
import { attributesOf } from './schema-attributes.ts';
import { advertisedDialect, supports } from './service-provider-config.ts';

/**
 * What the target says of itself (RFC 7644 §4), for people who ask. Many leave documents out, answer 404, or HTML: then
 * the RFC's defaults hold. Refused credentials, redirects and an unreachable target are failures, and so is a place where
 * there are neither documents nor users.
 */
export async function discoverTarget(
  exchange: Exchange,
  targetDialect: TargetDialect,
  signal: AbortSignal,
): Promise<TargetFacts | Failure> {
  const config = await readServiceProviderConfig(exchange, targetDialect, signal);
  if (isRefusal(config)) return toFailure(config);
  const types = await readDocument(exchange, 'ResourceTypes', signal);
  if (isRefusal(types)) return toFailure(types);
  const definitions = await readDocument(exchange, 'Schemas', signal);
  if (isRefusal(definitions)) return toFailure(definitions);
  const nothing = [config, types, definitions].some(({ body }) => body !== undefined && isScim(body))
    ? undefined
    : await seekUsers(exchange, targetDialect, signal);
  if (nothing !== undefined) return toFailure(nothing);
  const resourceTypes = types.body === undefined ? undefined : elementsOf(types.body);
  const facts = {
    patch: supports(config.body, 'patch') ?? true,
    filter: supports(config.body, 'filter') ?? true,
    etag: supports(config.body, 'etag') ?? false,
    groups: resourceTypes === undefined || resourceTypes.length === 0 || resourceTypes.some(isGroups),
    attributes:
      definitions.body === undefined ? undefined : attributesOf(elementsOf(definitions.body), resourceTypes ?? []),
  };
  const missing = [config, types, definitions].flatMap(({ missing: words }) => words ?? []);
  if (!facts.groups && targetDialect.current().groups.supported === 'auto')
    targetDialect.learn('groups.supported', 'off', 'ResourceTypes shows none');
  return { ...facts, details: [summary(facts, config.body), ...missing] };
}

/** Whatever answers the same to everything (`{}`, a health check) describes nothing: every document says what it is. */
function isScim(body: Body): boolean {
  return (
    listOf(readScimPath(body, scimPath('schemas'))).some(
      (urn) => typeof urn === 'string' && urn !== schemas.list && /^urn:(?:ietf:params:)?scim:/i.test(urn),
    ) ||
    listOf(readScimPath(body, scimPath('Resources'))).length > 0 ||
    supports(body, 'patch') !== undefined
  );
}

/**
 * A wrong base URL answers the same to everything (404, 400, 204, a page), and a search takes a 404 for "nobody": only a
 * list tells, as an answer to a list or, where none is given, to a search.
 *
 * @returns why there is no SCIM service, as far as anybody can see
 */
async function seekUsers(
  exchange: Exchange,
  targetDialect: TargetDialect,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const search = `filter=${encodeURIComponent('userName eq "dir2scim-check"')}`;
  const { usable } = targetDialect.current().list;
  const queries = usable ? ['startIndex=1&count=1', search] : [search];
  let refusal: Refusal | undefined;
  for (const query of queries) {
    const list = await readList(exchange, 'user', query, signal);
    if (!isRefusal(list)) return isAlike(exchange, signal);
    if (!usable && list.status === 404) return undefined; // some say so that nobody was found
    refusal ??= list;
  }
  if (refusal === undefined || (refusal.class !== 'rejected' && refusal.class !== 'protocol')) return refusal;
  return {
    ...refusal,
    class: 'protocol',
    detail: `nothing there looks like SCIM, neither documents nor users: ${refusal.detail}`,
  };
}

/** Where no document describes a service, and a list does not either: whether somebody who is not there is answered with a list, too. */
async function isAlike(exchange: Exchange, signal: AbortSignal): Promise<Refusal | undefined> {
  const nobody = await exchange(
    { method: 'GET', path: `${endpoints.user}/dir2scim-check`, subject: 'resource', maxBytes: shortAnswer },
    signal,
  );
  return isRefusal(nobody) || !isList(nobody.body)
    ? undefined
    : nonsense('a list of users, and a user who is not there, are answered in the same way', nobody.status);
}

interface Document {
  readonly body: Body | undefined;
  /** Why there is none, in a line for people. */
  readonly missing?: string | undefined;
}

/**
 * Reads ServiceProviderConfig, and notes in the book what it says, or that it says nothing; not where the dialect does
 * without. Where the RFC's spelling is not known, the plural of SCIM 1.1 and Salesforce is tried.
 */
export async function readServiceProviderConfig(
  exchange: Exchange,
  targetDialect: TargetDialect,
  signal: AbortSignal,
): Promise<Document | Refusal> {
  const name = targetDialect.current().discovery.serviceProviderConfig;
  let document = await readDocument(exchange, name, signal);
  if (name === 'ServiceProviderConfig' && !isRefusal(document) && document.status === 404) {
    const plural = await readDocument(exchange, 'ServiceProviderConfigs', signal);
    if (!isRefusal(plural) && plural.body !== undefined) document = plural;
  }
  if (!isRefusal(document) && targetDialect.current().discovery.use)
    targetDialect.discovered(document.body === undefined ? {} : advertisedDialect(document.body));
  return document;
}

async function readDocument(
  exchange: Exchange,
  name: string,
  signal: AbortSignal,
): Promise<(Document & { readonly status?: number | undefined }) | Refusal> {
  const answer = await exchange(
    { method: 'GET', path: `/${name}`, subject: 'discovery', maxBytes: documentAnswer },
    signal,
  );
  if (!isRefusal(answer))
    return { body: answer.body, ...(answer.body === undefined ? { missing: `${name}: empty answer${defaults}` } : {}) };
  if (!isMissing(answer)) return answer;
  return { body: undefined, status: answer.status, missing: `${name}: not offered (${answer.detail})${defaults}` };
}

const defaults = ', taking the defaults of RFC 7644';

function isMissing({ class: failureClass, status }: Refusal): boolean {
  const redirected = status !== undefined && status >= 300 && status < 400;
  return !redirected && ['unsupported', 'rejected', 'protocol'].includes(failureClass);
}

/** Both documents are ListResponses (RFC 7644 §4). */
function elementsOf(list: Body): readonly unknown[] {
  return listOf(readScimPath(list, scimPath('Resources')));
}

function summary(facts: Omit<TargetFacts, 'details'>, config: Body | undefined): string {
  const words = (['patch', 'filter', 'etag', 'groups'] as const).map((name) => `${facts[name] ? '' : 'no '}${name}`);
  const limit = config === undefined ? undefined : readScimPath(config, scimPath('filter.maxResults'));
  return words.join(', ') + (typeof limit === 'number' ? `, at most ${limit} results a page` : '');
}

import type { Failure } from '../../core/model/outcome.ts';
import { readScimPath, scimPath } from '../../core/mapping/scim-path.ts';
import type { TargetFacts } from '../../ports/scim-target.ts';
import { isBody, isRefusal, listOf, schemas, toFailure, type Body, type Exchange, type Refusal } from './message.ts';
import { maxListBytes } from './resource.ts';
import { attributesOf } from './schema-attributes.ts';

/**
 * What the target says of itself (RFC 7644 §4). Many leave documents out, answer 404, or HTML: then the RFC's defaults
 * hold. Refused credentials, redirects and an unreachable target are failures.
 */
export async function discoverTarget(exchange: Exchange, signal: AbortSignal): Promise<TargetFacts | Failure> {
  const documents: Partial<Record<Endpoint, Body>> = {};
  const details: string[] = [];
  for (const endpoint of discoveryEndpoints) {
    const answer = await exchange({ method: 'GET', path: `/${endpoint}`, subject: 'discovery', maxBytes: maxListBytes }, signal);
    if (!isRefusal(answer) && answer.body !== undefined) documents[endpoint] = answer.body;
    else if (!isRefusal(answer)) details.push(`${endpoint}: empty answer, taking the defaults of RFC 7644`);
    else if (isMissing(answer)) details.push(`${endpoint}: not offered (${answer.detail}), taking the defaults of RFC 7644`);
    else return toFailure(answer);
  }
  const { ServiceProviderConfig: config, ResourceTypes: types, Schemas: definitions } = documents;
  const resourceTypes = types === undefined ? undefined : elementsOf(types);
  const facts = {
    patch: supports(config, 'patch', true),
    filter: supports(config, 'filter', true),
    etag: supports(config, 'etag', false),
    groups: resourceTypes === undefined || resourceTypes.length === 0 || resourceTypes.some(isGroups),
    attributes: definitions === undefined ? undefined : attributesOf(elementsOf(definitions), resourceTypes ?? []),
  };
  return { ...facts, details: [summary(facts, config), ...details] };
}

const discoveryEndpoints = ['ServiceProviderConfig', 'ResourceTypes', 'Schemas'] as const;
type Endpoint = (typeof discoveryEndpoints)[number];

function isMissing({ class: failureClass, status }: Refusal): boolean {
  const redirected = status !== undefined && status >= 300 && status < 400;
  return !redirected && ['unsupported', 'rejected', 'protocol'].includes(failureClass);
}

function supports(config: Body | undefined, feature: 'patch' | 'filter' | 'etag', otherwise: boolean): boolean {
  const supported = config === undefined ? undefined : readScimPath(config, scimPath(`${feature}.supported`));
  return typeof supported === 'boolean' ? supported : otherwise;
}

/** Both documents are ListResponses (RFC 7644 §4). */
function elementsOf(list: Body): readonly unknown[] {
  return listOf(readScimPath(list, scimPath('Resources')));
}

function isGroups(type: unknown): boolean {
  if (!isBody(type)) return false;
  const { endpoint, schema } = type;
  return schema === schemas.group || (typeof endpoint === 'string' && /(?:^|\/)Groups\/?$/i.test(endpoint));
}

function summary(facts: Omit<TargetFacts, 'details'>, config: Body | undefined): string {
  const words = (['patch', 'filter', 'etag', 'groups'] as const).map((name) => `${facts[name] ? '' : 'no '}${name}`);
  const limit = config === undefined ? undefined : readScimPath(config, scimPath('filter.maxResults'));
  return words.join(', ') + (typeof limit === 'number' ? `, at most ${limit} results a page` : '');
}

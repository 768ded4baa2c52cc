import type { Answer } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { ScimRequestRecord } from './faults.ts';
import { get, refusal, ScimError, urn, type Json, type Kind } from './protocol.ts';
import { enterprise, group, user, type Attribute } from './schema.ts';

/** /ServiceProviderConfig, /ResourceTypes and /Schemas (RFC 7643 §5–7, RFC 7644 §4): read only, and never filtered. */
export function answerDiscovery(
  request: ScimRequestRecord,
  endpoint: string,
  id: string | undefined,
  url: URL,
  behaviour: Behaviour,
): Answer {
  const { discovery, groups } = behaviour;
  const isConfig = endpoint === 'ServiceProviderConfig' || endpoint === 'ServiceProviderConfigs';
  if (!isConfig && endpoint !== 'ResourceTypes' && endpoint !== 'Schemas') throw new ScimError(404, 'no such endpoint');
  const isThere = isConfig
    ? endpoint === discovery.serviceProviderConfig
    : endpoint === 'Schemas'
      ? discovery.schemas
      : discovery.resourceTypes;
  if (!isThere) throw refusal(404, 'no such endpoint');
  if (request.method !== 'GET') throw new ScimError(405, 'read only');
  if (url.searchParams.has('filter')) throw new ScimError(403, 'discovery takes no filter', undefined, true);
  if (isConfig) return { status: 200, body: serviceProviderConfig(behaviour) };
  const list = endpoint === 'Schemas' ? schemaDocuments(groups.supported) : resourceTypes(groups.supported);
  if (id === undefined)
    return {
      status: 200,
      body: {
        schemas: [urn.list],
        totalResults: list.length,
        startIndex: 1,
        itemsPerPage: list.length,
        Resources: list,
      },
    };
  const one = list.find((document) => get(document, 'id') === id);
  if (one === undefined) throw new ScimError(404, 'no such document');
  return { status: 200, body: one };
}

function serviceProviderConfig({ protocol, discovery, users, http, bulk, list, filter }: Behaviour): Json {
  const { claims } = discovery;
  const cursor = list.paging === 'cursor' || list.paging === 'both';
  return {
    schemas: [
      protocol === '1.1' ? 'urn:scim:schemas:core:1.0' : 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
    ],
    patch: { supported: claims.patch ?? typeof users.patch === 'string' },
    bulk: {
      supported: claims.bulk ?? bulk.supported,
      maxOperations: bulk.supported ? bulk.maxOperations : 0,
      maxPayloadSize: bulk.supported ? bulk.maxPayloadSize : 0,
    },
    filter: { supported: claims.filter ?? !filter.ignored, maxResults: list.maxPage },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: claims.etag ?? ['honoured', 'required'].includes(http.etags) },
    ...(cursor
      ? {
          pagination: {
            cursor: true,
            index: list.paging === 'both',
            defaultPaginationMethod: list.paging === 'both' ? 'index' : 'cursor',
            maxPageSize: list.maxPage,
          },
        }
      : {}),
    authenticationSchemes: [{ type: 'oauthbearertoken', name: 'Bearer token', description: 'RFC 6750' }],
  };
}

function resourceTypes(groups: boolean): Json[] {
  const base = (name: Kind): Json => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint: `/${name}s`,
    schema: urn[name],
  });
  return [
    { ...base('User'), schemaExtensions: [{ schema: urn.enterprise, required: false }] },
    ...(groups ? [base('Group')] : []),
  ];
}

function schemaDocuments(groups: boolean): Json[] {
  const document = (id: string, name: string, attributes: readonly Attribute[]): Json => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    attributes: attributes.map(describe),
  });
  return [
    document(urn.User, 'User', user),
    ...(groups ? [document(urn.Group, 'Group', group)] : []),
    document(urn.enterprise, 'Enterprise User', enterprise),
  ];
}

function describe({ sub, readOnly, ...rest }: Attribute): Json {
  const subAttributes = sub.length === 0 ? {} : { subAttributes: sub.map(describe) };
  return { ...rest, mutability: readOnly ? 'readOnly' : 'readWrite', returned: 'default', ...subAttributes };
}

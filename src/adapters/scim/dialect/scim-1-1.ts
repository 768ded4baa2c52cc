import type { Dialect } from '../../../core/dialect/dialect.ts';
import { enterpriseUser } from '../../../core/mapping/scim-path.ts';
import {
  isBody,
  isRefusal,
  listOf,
  nonsense,
  schemas,
  type Body,
  type Exchange,
  type ScimRequest,
} from '../shared/message.ts';
import { core11, enterprise11, namesOfUsed, toOldExtension } from './scim-1-1-names.ts';
import { partialResource } from './scim-1-1-patch.ts';

/**
 * Speaks SCIM 1.1 (Core Schema and Protocol of 2012) to targets that know nothing newer, such as Slack's v1: requests
 * of 2.0 go out in the old form, answers come back in the new one, so that nobody above has to know.
 */
export function inProtocol(exchange: Exchange, dialect: () => Dialect): Exchange {
  return async (request, signal) => {
    if (dialect().protocol === '2.0') return exchange(request, signal);
    const old = oldRequest(request);
    if (old === undefined)
      return { ...nonsense('SCIM 1.1 cannot say this change', 400), class: 'rejected', scimType: 'invalidpath' };
    const answer = await exchange(old, signal);
    if (isRefusal(answer) || answer.body === undefined) return answer;
    return { ...answer, body: newBody(answer.body) };
  };
}

/** Undefined: there is no such request in 1.1. */
function oldRequest(request: ScimRequest): ScimRequest | undefined {
  const asked = { ...request, path: oldPath(request.path) };
  if (request.body === undefined || request.subject === 'discovery') return asked;
  const body = request.method === 'PATCH' ? partialResource(request.body) : oldResource(request.body);
  return body === undefined ? undefined : { ...asked, body };
}

/** Filters of 1.1 name the old schemas, and know no brackets: an element is searched for by its value alone. */
function oldPath(path: string): string {
  const [endpoint = '', query] = path.split('?', 2);
  if (query === undefined) return path;
  const parameters = query.split('&').map((parameter) => {
    if (!parameter.startsWith('filter=')) return parameter;
    const filter = decodeURIComponent(parameter.slice('filter='.length));
    const named = filter.replace(enterpriseUser, enterprise11).replace('manager.value', 'manager.managerId');
    return `filter=${encodeURIComponent(named.replace(/^([^"[]+)\[.+ and (\w+) (eq ".*")\]$/, '$1.$2 $3'))}`;
  });
  return `${endpoint}?${parameters.join('&')}`;
}

function oldResource(resource: Body): Body {
  const { [enterpriseUser]: extension, ...rest } = resource;
  const body = isBody(extension) ? { ...rest, [enterprise11]: toOldExtension(extension) } : rest;
  return { ...body, schemas: namesOfUsed(body) };
}

/** A resource, a list of resources, or a document about the target. */
function newBody(body: Body): Body {
  const resources = body['Resources'];
  if (Array.isArray(resources))
    return { ...body, Resources: resources.map((one: unknown) => (isBody(one) ? newResource(one) : one)) };
  return newResource(body);
}

function newResource(body: Body): Body {
  const { schemas: named, [enterprise11]: extension, ...rest } = body;
  if (!listOf(named).includes(core11)) return body;
  const kind = 'userName' in body ? [schemas.user] : 'displayName' in body ? [schemas.group] : [];
  if (!isBody(extension)) return { schemas: kind, ...rest };
  const { manager } = extension;
  const newer = isBody(manager) && 'managerId' in manager ? { ...extension, manager: renamed(manager) } : extension;
  return { schemas: [...kind, enterpriseUser], ...rest, [enterpriseUser]: newer };
}

function renamed({ managerId, ...rest }: Body): Body {
  return { ...rest, value: managerId };
}

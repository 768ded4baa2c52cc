import type { ResourceType } from '../../core/model/entry.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { readScimPath, scimPath, type ScimPath } from '../../core/mapping/scim-path.ts';
import type { FoundResource } from '../../ports/scim-target.ts';
import { readList, type List } from './list.ts';
import { isBody, listOf, toFailure, type Exchange, type Refusal } from './message.ts';

/**
 * Searches with one `eq` (RFC 7644 §3.4.2.2), the only filter that every target with filters has. Each hit is looked
 * at again: targets have been seen that ignore the filter and list everybody (Metatavu/keycloak-scim-server#46).
 */
export async function findResources(
  exchange: Exchange,
  type: ResourceType,
  attribute: string,
  value: string,
  signal: AbortSignal,
): Promise<FoundResource[] | Failure> {
  const path = scimPath(attribute);
  const found = await search(exchange, type, path, value, signal);
  const lower = value.toLowerCase();
  // userName compares without case (RFC 7643 §4.1.1), but some servers compare it exactly and store it in lower case.
  const again = Array.isArray(found) && found.length === 0 && isUserName(path) && lower !== value;
  return again ? search(exchange, type, path, lower, signal) : found;
}

async function search(
  exchange: Exchange,
  type: ResourceType,
  path: ScimPath,
  value: string,
  signal: AbortSignal,
): Promise<FoundResource[] | Failure> {
  const list = await readList(exchange, type, `filter=${encodeURIComponent(filterText(path, value))}`, signal);
  if ('class' in list) return list.status === 404 && list.class === 'unsupported' ? [] : filterFailure(list);
  const hits = list.resources.filter((resource) => holds(resource, path, value));
  const alike = list.resources.some((resource) => holds(resource, path, value, true));
  // The filter was ignored. Whoever was asked for may be on a later page, unless this one is everything.
  if (list.resources.length > 0 && !alike && !isWhole(list)) {
    return { class: 'unsupported', status: list.status, detail: 'the target ignores filters: it answered others than it was asked for' };
  }
  return hits;
}

function isWhole({ resources, total }: List): boolean {
  return total === resources.length && new Set(resources.map(({ id }) => id)).size === total;
}

/**
 * Values are JSON strings (RFC 7644 §3.4.2.2), so that quotes and backslashes are escaped. A sub-attribute of a
 * filtered element goes into the brackets: `emails[type eq "work" and value eq "…"]`.
 */
function filterText(path: ScimPath, value: string): string {
  const literal = JSON.stringify(value);
  const attribute = `${path.schema === undefined ? '' : `${path.schema}:`}${path.attribute}`;
  if (path.filter === undefined) return `${attribute}${path.sub === undefined ? '' : `.${path.sub}`} eq ${literal}`;
  const own = `${path.filter.attribute} eq ${JSON.stringify(path.filter.value)}`;
  return `${attribute}[${own} and ${path.sub ?? 'value'} eq ${literal}]`;
}

/** Any 400 is about the filter, there is nothing else in the request: invalidFilter, tooMany, sensitive (§3.12). */
function filterFailure(refusal: Refusal): Failure {
  return toFailure(refusal.status === 400 ? { ...refusal, class: 'unsupported' } : refusal);
}

function isUserName(path: ScimPath): boolean {
  return path.schema === undefined && path.attribute.toLowerCase() === 'username';
}

/** externalId and id compare exactly (RFC 7643 §3.1); names and addresses without case. */
function holds(resource: FoundResource, path: ScimPath, value: string, withoutCase = false): boolean {
  const exact = !withoutCase && path.schema === undefined && /^(?:externalId|id)$/i.test(path.attribute);
  const fold = (text: string): string => (exact ? text : text.toLowerCase());
  return valuesAt(resource, path).some((held) => typeof held === 'string' && fold(held) === fold(value));
}

/** All values at a path: `emails.value` without a filter is the value of any e-mail. */
function valuesAt({ body }: FoundResource, path: ScimPath): readonly unknown[] {
  const held = path.filter === undefined ? readScimPath(body, { ...path, sub: undefined }) : undefined;
  if (!Array.isArray(held)) return [readScimPath(body, path)];
  const sub = scimPath(path.sub ?? 'value');
  return listOf(held).map((element) => (isBody(element) ? readScimPath(element, sub) : element));
}

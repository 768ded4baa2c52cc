import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import { readActive } from '../../../core/mapping/active.ts';
import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import { textOf } from '../../../core/mapping/scim-values.ts';
import type { FoundResource } from '../../../ports/scim-target.ts';
import { groupAnswer, longestId, longestVersion, shortAnswer } from '../shared/bounds.ts';
import {
  endpoints,
  isBody,
  isRefusal,
  listOf,
  nonsense,
  schemas,
  type Answer,
  type Body,
  type Exchange,
  type Refusal,
} from '../shared/message.ts';

/** Groups may have very many members; nothing else that is asked for by itself is long. */
export function maxBytes(type: ResourceType): number {
  return type === 'group' ? groupAnswer : shortAnswer;
}

/**
 * The path of one resource, from our id and never from a link in an answer. An id that would lead elsewhere (`..`),
 * or that no sane target gives, is refused.
 */
export function resourcePath(type: ResourceType, id: TargetId): string | Refusal {
  return isUsableId(id)
    ? `${endpoints[type]}/${encodeURIComponent(id)}`
    : nonsense('the id of the resource cannot stand in a URL');
}

function isUsableId(id: string): boolean {
  return id !== '' && id.length <= longestId && id !== '.' && id !== '..' && id.isWellFormed() && !/\p{Cc}/u.test(id);
}

/** The id in an answer, or undefined when there is none that can be used. Some targets send numbers. */
export function idOf(body: Body | undefined): TargetId | undefined {
  const id = body === undefined ? undefined : readScimPath(body, idPath);
  const text = textOf(id);
  return text !== undefined && isUsableId(text) ? text : undefined;
}
const idPath = scimPath('id');

/** Why `idOf` has none, as the end of a sentence. */
export function lackOfId(body: Body | undefined): string {
  const text = textOf(body === undefined ? undefined : readScimPath(body, idPath));
  if (text === undefined || text === '') return 'without an id';
  return text.length > longestId
    ? `with an id of ${text.length} characters, and ${longestId} are the most that can be kept`
    : 'with an id that cannot stand in a URL';
}

/**
 * The version of a resource (RFC 7644 §3.14). Web frameworks add ETag headers of their own to every answer (Express
 * does to scimmy's), so that the header counts only when the resource itself speaks of versions.
 */
export function versionOf(answer: Answer): { readonly version?: string } {
  const spoken = answer.body === undefined ? undefined : readScimPath(answer.body, versionPath);
  return typeof spoken === 'string' && isUsableVersion(answer.etag) ? { version: answer.etag } : {};
}
const versionPath = scimPath('meta.version');

/** What can be kept and sent back: a header's value (RFC 9110 §5.5) of a sane length. Any other version is passed over. */
export function isUsableVersion(version: unknown): version is string {
  return (
    typeof version === 'string' &&
    version.length <= longestVersion &&
    /^[\u0021-\u007e\u0080-\u00ff](?:[\t\u0020-\u007e\u0080-\u00ff]*[\u0021-\u007e\u0080-\u00ff])?$/.test(version)
  );
}

/** One element of a list as the port gives it, or undefined when it is no resource. */
export function foundResource(value: unknown): FoundResource | undefined {
  if (!isBody(value)) return undefined;
  const id = idOf(value);
  if (id === undefined) return undefined;
  const version = readScimPath(value, versionPath);
  return {
    id,
    active: readActive(value),
    body: withExternalId(value),
    ...(isUsableVersion(version) ? { version } : {}),
  };
}

/** Figma's groups say `external_id` where RFC 7643 §3.1 has externalId. */
function withExternalId(body: Body): Body {
  const said = body['external_id'];
  return typeof said === 'string' && readScimPath(body, externalIdPath) === undefined
    ? { ...body, externalId: said }
    : body;
}
const externalIdPath = scimPath('externalId');

/** Reads one resource. A 2xx without a body shows nothing, and is no reading. */
export async function readResource(
  exchange: Exchange,
  type: ResourceType,
  id: TargetId,
  signal: AbortSignal,
  query = '',
): Promise<Answer | Refusal> {
  const path = resourcePath(type, id);
  if (typeof path !== 'string') return path;
  const answer = await exchange(
    { method: 'GET', path: path + query, subject: 'resource', maxBytes: maxBytes(type) },
    signal,
  );
  if (isRefusal(answer)) return answer;
  if (answer.body === undefined)
    return { ...nonsense('was asked for the resource, and answered without a body', answer.status), isEmpty: true };
  if (isAbout(id, answer.body)) return answer;
  return nonsense('answered with something else than the resource that was asked for', answer.status);
}

/** What is read is written back, where there is no PATCH: it has to be this resource, or one that does not show its id. */
function isAbout(id: TargetId, body: Body): boolean {
  const shown = idOf(body);
  return shown === undefined
    ? Array.isArray(readScimPath(body, scimPath('schemas')))
    : shown.toLowerCase() === id.toLowerCase();
}

/** Core schema and every extension that a body uses (RFC 7643 §3: `schemas`), with those it names already. */
export function withSchemas(type: ResourceType, body: Body): Body {
  const { schemas: named, ...attributes } = body;
  const urns = new Set<unknown>([schemas[type], ...listOf(named)]);
  for (const key of Object.keys(attributes)) if (/^urn:/i.test(key)) urns.add(key);
  return { schemas: [...urns].filter((urn) => typeof urn === 'string'), ...attributes };
}

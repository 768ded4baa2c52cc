import type { ResourceType } from '../../core/model/entry.ts';
import { readScimPath, scimPath } from '../../core/mapping/scim-path.ts';
import type { FoundResource } from '../../ports/scim-target.ts';
import { endpoints, isRefusal, listOf, nonsense, type Body, type Exchange, type Refusal } from './message.ts';
import { foundResource, maxListBytes } from './resource.ts';

export interface List {
  readonly status: number;
  readonly resources: readonly FoundResource[];
  /** `totalResults`, where it is a number. Some targets say how many are on the page (WSO2, scim2-server). */
  readonly total: number | undefined;
}

/** One list request (RFC 7644 §3.4.2). */
export async function readList(
  exchange: Exchange,
  type: ResourceType,
  query: string,
  signal: AbortSignal,
): Promise<List | Refusal> {
  const answer = await exchange(
    { method: 'GET', path: `${endpoints[type]}?${query}`, subject: 'endpoint', maxBytes: maxListBytes },
    signal,
  );
  if (isRefusal(answer)) return answer;
  const elements = answer.body === undefined ? undefined : elementsOf(answer.body);
  if (elements === undefined) return nonsense(`answered ${answer.status} with something that is no list`, answer.status);
  const resources = elements.map(foundResource).filter((resource) => resource !== undefined);
  if (resources.length < elements.length) return nonsense('a resource in the list has no usable id', answer.status);
  const total = answer.body === undefined ? undefined : readScimPath(answer.body, totalPath);
  return { status: answer.status, resources, total: typeof total === 'number' ? total : undefined };
}
const totalPath = scimPath('totalResults');
const resourcesPath = scimPath('Resources');

/** `Resources` may be left out when there are none (RFC 7644 §3.4.2). */
function elementsOf(body: Body): readonly unknown[] | undefined {
  const elements = readScimPath(body, resourcesPath);
  const none = elements === undefined && readScimPath(body, totalPath) === 0;
  return Array.isArray(elements) || none ? listOf(elements) : undefined;
}

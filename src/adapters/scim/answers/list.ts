import type { ResourceType } from '../../../core/model/entry.ts';
import { readScimPath, scimPath, type ScimPath } from '../../../core/mapping/scim-path.ts';
import type { FoundResource } from '../../../ports/scim-target.ts';
import {
  endpoints,
  isBody,
  isRefusal,
  listOf,
  nonsense,
  schemas,
  type Body,
  type Exchange,
  type Refusal,
} from '../shared/message.ts';
import { groupAnswer, listAnswer, listResources, longestCursor } from '../shared/bounds.ts';
import { mayPause } from '../http/turns.ts';
import { foundResource } from './resource.ts';

export interface List {
  readonly status: number;
  readonly resources: readonly FoundResource[];
  /** Elements without an id that could be used. */
  readonly unusable: readonly Body[];
  /** `totalResults`, where it is a number. Some targets say how many are on the page (WSO2, scim2-server). */
  readonly total: number | undefined;
  /** Where the next page is (RFC 9865 §2). Absent on the last page, and where there are no cursors. */
  readonly nextCursor: string | undefined;
}

/**
 * One list request (RFC 7644 §3.4.2).
 *
 * @param maxBytes of the answer; what a page may have, unless said
 */
export async function readList(
  exchange: Exchange,
  type: ResourceType,
  query: string,
  signal: AbortSignal,
  maxBytes = type === 'group' ? groupAnswer : listAnswer,
): Promise<List | Refusal> {
  const answer = await exchange(
    {
      method: 'GET',
      path: query === '' ? endpoints[type] : `${endpoints[type]}?${query}`,
      subject: 'endpoint',
      maxBytes,
    },
    signal,
  );
  if (isRefusal(answer)) return answer;
  const elements = answer.body === undefined ? undefined : elementsOf(answer.body);
  if (elements === undefined)
    return nonsense(`answered ${answer.status} with something that is no list`, answer.status);
  if (elements.length > listResources)
    return nonsense(`answered a page of more than ${listResources} resources`, answer.status);
  const resources: FoundResource[] = [];
  const unusable: Body[] = [];
  for (const element of elements) {
    await mayPause();
    const found = foundResource(element);
    if (found !== undefined) resources.push(found);
    else unusable.push(isBody(element) ? element : {});
  }
  const said = (path: ScimPath): unknown => (answer.body === undefined ? undefined : readScimPath(answer.body, path));
  const cursor = said(cursorPath);
  if (typeof cursor === 'string' && !isUsableCursor(cursor))
    return nonsense('answered a page with a cursor that cannot be asked for', answer.status);
  return {
    status: answer.status,
    resources,
    unusable,
    total: numberIn(said(totalPath)),
    nextCursor: typeof cursor === 'string' && cursor !== '' ? cursor : undefined,
  };
}

/** A URL cannot carry half a character (ECMA-262, encodeURIComponent). */
export function isUsableCursor(cursor: string): boolean {
  return cursor.length <= longestCursor && cursor.isWellFormed();
}

/** Some write numbers as text. */
function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' ? number : undefined;
}

const totalPath = scimPath('totalResults');
const cursorPath = scimPath('nextCursor');
const resourcesPath = scimPath('Resources');

/** Whether something is a list (RFC 7644 §3.4.2), even without anything in it. */
export function isList(body: Body | undefined): boolean {
  return body !== undefined && elementsOf(body) !== undefined;
}

/** `Resources` may be left out when there are none (RFC 7644 §3.4.2), and the total by whoever pages by cursor. */
function elementsOf(body: Body): readonly unknown[] | undefined {
  const elements = readScimPath(body, resourcesPath);
  const total = numberIn(readScimPath(body, totalPath));
  const none =
    elements === undefined && (total === 0 || (total === undefined && listOf(body['schemas']).includes(schemas.list)));
  return Array.isArray(elements) || none ? listOf(elements) : undefined;
}

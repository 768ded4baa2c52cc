import type { ResourceType } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { FoundResource } from '../../ports/scim-target.ts';
import { readList } from './list.ts';
import { toFailure, type Exchange, type Refusal } from './message.ts';

/** What most targets give in one page; many cap there. */
const pageSize = 100;
/** All pages are held in memory at once: about 30,000 resources. */
const mostPages = 300;

/**
 * Lists a type page by page, in as many requests as it is worth. The next page starts behind what really came, not
 * behind what was asked for (RFC 7644 §3.4.2.4: a page may be shorter). The list ends with a page that brings nothing
 * new, because neither a short page nor `totalResults` can be relied on: targets cap pages, call the size of the page
 * the total (WSO2, scim2-server), ignore the paging, or start again from the beginning behind the end (scimmy). It is
 * taken as the whole when at least as many different ids came as any page promised.
 */
export async function readInventory(
  exchange: Exchange,
  type: ResourceType,
  worthRequests: number,
  signal: AbortSignal,
): Promise<FoundResource[] | Failure | undefined> {
  const found = new Map<TargetId, FoundResource>();
  const budget = Math.min(worthRequests, mostPages);
  let promised = 0;
  let received = 0;
  for (let requests = 1; requests <= budget; requests += 1) {
    const list = await readList(exchange, type, `startIndex=${received + 1}&count=${pageSize}`, signal);
    if ('class' in list) return isFinal(list) ? undefined : toFailure(list);
    if (list.total === undefined) return undefined;
    const before = found.size;
    for (const resource of list.resources) found.set(resource.id, resource);
    promised = Math.max(promised, list.total);
    received += list.resources.length;
    const isEmpty = received === 0 && promised === 0;
    if (isEmpty || (received > 0 && found.size === before)) return found.size >= promised ? [...found.values()] : undefined;
    if (received === 0) return undefined; // a total, and nobody behind it
    const pagesLeft = Math.ceil((promised - received) / list.resources.length) + 1;
    if (requests + pagesLeft > budget) return undefined;
  }
  return undefined;
}

/**
 * The target does not list, or not like this: no such endpoint, refused, pages beyond all bounds. Asking for one
 * resource at a time may work all the same, and says what is wrong when it does not.
 */
function isFinal({ class: failureClass }: Refusal): boolean {
  return failureClass === 'unsupported' || failureClass === 'rejected' || failureClass === 'protocol';
}

import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Failure } from '../../../core/model/outcome.ts';
import type { FoundResource } from '../../../ports/scim-target.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import { readList, type List } from '../answers/list.ts';
import { listBytes, listResources, walkedResources } from '../shared/bounds.ts';
import { isRefusal, toFailure, type Exchange, type Refusal } from '../shared/message.ts';
import { walkPages, type Walk } from './pages.ts';

/** All pages are held in memory at once: about 30,000 resources. */
const mostPages = 300;

type Book = Pick<TargetDialect, 'current' | 'learn' | 'evidence'>;

/**
 * Lists a type page by page, in as many requests as it is worth. A walk whose cursor ran out (RFC 9865 §2.3) begins
 * once more.
 */
export async function readInventory(
  exchange: Exchange,
  targetDialect: Book,
  type: ResourceType,
  worthRequests: number,
  signal: AbortSignal,
): Promise<FoundResource[] | Failure | undefined> {
  const found = new Map<TargetId, FoundResource>();
  let size = 0;
  const result = await walk(exchange, targetDialect, type, Math.min(worthRequests, mostPages), signal, (page) => {
    for (const resource of page.resources) found.set(resource.id, resource);
    size += page.size;
    return Promise.resolve(found.size <= listResources && size <= listBytes);
  });
  return result === 'whole' ? [...found.values()] : result;
}

/** The same without keeping more than a page: each is handed on before the next is asked for. */
export async function walkInventory(
  exchange: Exchange,
  targetDialect: Book,
  type: ResourceType,
  worthRequests: number,
  onPage: (page: readonly FoundResource[]) => Promise<void>,
  signal: AbortSignal,
): Promise<'whole' | 'partial' | Failure> {
  let received = 0;
  const result = await walk(exchange, targetDialect, type, worthRequests, signal, async ({ resources }) => {
    received += resources.length;
    await onPage(resources);
    return received <= walkedResources;
  });
  return result ?? 'partial';
}

/** Undefined: it does not add up, is not worth it, or the target does not list. */
async function walk(
  exchange: Exchange,
  targetDialect: Book,
  type: ResourceType,
  budget: number,
  signal: AbortSignal,
  take: (page: List) => Promise<boolean>,
): Promise<'whole' | Failure | undefined> {
  const { list } = targetDialect.current();
  if (!list.usable) return undefined;
  const extra = type === 'group' && list.excludeMembers ? ['excludedAttributes=members'] : [];
  const seen = { resources: 0 };
  const noticing = (page: List): Promise<boolean> => {
    seen.resources += page.resources.length;
    return take(page);
  };
  const walkIn = (requests: number, dialect = list): Promise<Walk> =>
    walkPages((place) => readList(exchange, type, [...place, ...extra].join('&'), signal), dialect, requests, noticing);
  let walked = await walkIn(budget);
  if (isExpired(walked.result)) walked = await walkIn(budget - walked.requests);
  // WSO2 does not page groups at all, and lists them.
  if (isUnknown(walked.result) && list.paging !== 'none' && budget > 1)
    walked = await walkIn(1, { ...list, paging: 'none' });
  const { result } = walked;
  if (result === 'whole' && seen.resources > 0) targetDialect.evidence.note(lists);
  if (result === undefined || result === 'whole') return result;
  if (isUnknown(result) && !targetDialect.evidence.has(lists))
    targetDialect.learn('list.usable', false, `answered ${String(result.status)} to a list`);
  return isFinal(result) ? undefined : toFailure(result);
}

/** What was seen to work is not given up for one refusal: a list is the last resort of every search. */
const lists = 'lists what it has';

function isFailed(result: Walk['result']): result is Refusal {
  return typeof result === 'object' && isRefusal(result);
}

function isExpired(result: Walk['result']): boolean {
  return isFailed(result) && ['expiredcursor', 'invalidcursor'].includes(result.scimType ?? '');
}

function isUnknown(result: Walk['result']): result is Refusal {
  return isFailed(result) && (result.status === 405 || result.status === 501);
}

/**
 * The target does not list, or not like this: no such endpoint, refused, pages beyond all bounds. Asking for one
 * resource at a time may work all the same, and says what is wrong when it does not.
 */
function isFinal({ class: failureClass }: Refusal): boolean {
  return failureClass === 'unsupported' || failureClass === 'rejected' || failureClass === 'protocol';
}

import type { ResourceType } from '../../../core/model/entry.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Failure } from '../../../core/model/outcome.ts';
import type { FoundResource } from '../../../ports/scim-target.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import type { Shares } from '../../../core/memory/shares.ts';
import type { Keep } from '../answers/kept.ts';
import { readList, type List } from '../answers/list.ts';
import { mayPause } from '../http/turns.ts';
import type { TargetPlaces } from '../shared/answer-places.ts';
import { listResources, longestList, walkedResources } from '../shared/bounds.ts';
import { isRefusal, toFailure, type Exchange, type Refusal } from '../shared/message.ts';
import { walkPages, type Walk } from './pages.ts';
import { listWithoutMembers, withoutMembers } from './without-members.ts';

/** All pages are held in memory at once: about 30,000 resources. */
const mostPages = 300;

export interface Inventory {
  readonly exchange: Exchange;
  readonly targetDialect: Pick<TargetDialect, 'current' | 'learn' | 'evidence'>;
  readonly keep: Keep;
  /** The memory for lists, of all targets. */
  readonly memory: Shares;
  /** For pages of which each is a call of its own. */
  readonly places: TargetPlaces;
}

/**
 * Lists a type page by page, in as many requests as it is worth. A walk whose cursor ran out (RFC 9865 §2.3) begins
 * once more. Undefined also when there is no memory for it: others list as well, or it has no end.
 */
export async function readInventory(
  inventory: Inventory,
  type: ResourceType,
  worthRequests: number,
  signal: AbortSignal,
  without?: 'members',
): Promise<FoundResource[] | Failure | undefined> {
  const share = inventory.memory.open();
  const found = new Map<TargetId, FoundResource>();
  let received = 0;
  let size = 0;
  try {
    const result = await walk(inventory, type, Math.min(worthRequests, mostPages), signal, {
      without,
      begin() {
        share.release(); // what an earlier walk had is not kept
        found.clear();
        size = received = 0;
      },
      ask: (page) => page(),
      take({ resources }) {
        const weight = resources.reduce((sum, resource) => sum + (resource.size ?? 0), 0);
        size += weight;
        received += resources.length;
        for (const resource of resources) found.set(resource.id, resource);
        return Promise.resolve(size <= longestList && received <= listResources && share.take(weight));
      },
    });
    if (result === 'partial') return undefined;
    return result === 'whole' ? [...found.values()] : result;
  } finally {
    share.release();
  }
}

/** The same without keeping more than a page, and without the members of groups: each is handed on before the next is asked for. */
export async function walkInventory(
  inventory: Inventory,
  type: ResourceType,
  worthRequests: number,
  onPage: (page: readonly FoundResource[]) => Promise<boolean>,
  signal: AbortSignal,
): Promise<'whole' | 'partial' | Failure> {
  let received = 0;
  return walk(inventory, type, worthRequests, signal, {
    without: 'members',
    begin: () => undefined,
    ask: (page) => inventory.places.ofCall(page), // what is asked meanwhile needs places too
    async take({ resources }) {
      received += resources.length;
      return (await onPage(resources)) && received <= walkedResources;
    },
  });
}

/** What becomes of the pages of a walk. */
interface Taker {
  /** What of groups nobody looks at. */
  readonly without: 'members' | undefined;
  /** A walk begins, or begins once more. */
  begin(): void;
  ask(page: () => Promise<List | Refusal>): Promise<List | Refusal>;
  /** False: there is no room for it. */
  take(page: List): Promise<boolean>;
}

/** `partial`: it does not add up, is not worth it, or the target does not list. */
async function walk(
  { exchange, targetDialect, keep }: Inventory,
  type: ResourceType,
  budget: number,
  signal: AbortSignal,
  taker: Taker,
): Promise<'whole' | 'partial' | Failure> {
  const { list } = targetDialect.current();
  if (!list.usable) return 'partial';
  const isConfigured = type === 'group' && list.excludeMembers;
  const read = (place: readonly string[]): Promise<List | Refusal> =>
    taker.without === undefined || isConfigured
      ? readList(exchange, type, [...place, ...(isConfigured ? [withoutMembers] : [])].join('&'), signal)
      : listWithoutMembers({ exchange, targetDialect, signal }, type, place.join('&'));
  const ask = (place: readonly string[]): Promise<List | Refusal> =>
    taker.ask(async () => {
      const page = await read(place);
      return isRefusal(page) ? page : { ...page, resources: await keepEach(page.resources, type, keep) };
    });
  const seen = { resources: 0 };
  const take = (page: List): Promise<boolean> => {
    seen.resources += page.resources.length;
    return taker.take(page);
  };
  const walkIn = (requests: number, dialect = list): Promise<Walk> => {
    taker.begin();
    return walkPages(ask, dialect, requests, take);
  };
  let walked = await walkIn(budget);
  if (isExpired(walked.result)) walked = await walkIn(budget - walked.requests);
  // WSO2 does not page groups at all, and lists them.
  if (isUnknown(walked.result) && list.paging !== 'none' && budget > 1)
    walked = await walkIn(1, { ...list, paging: 'none' });
  const { result } = walked;
  if (result === 'whole' && seen.resources > 0) targetDialect.evidence.note(lists);
  if (result === 'partial' || result === 'whole') return result;
  if (isUnknown(result) && !targetDialect.evidence.has(lists))
    targetDialect.learn('list.usable', false, `answered ${String(result.status)} to a list`);
  return isFinal(result) ? 'partial' : toFailure(result);
}

async function keepEach(resources: readonly FoundResource[], type: ResourceType, keep: Keep): Promise<FoundResource[]> {
  const kept: FoundResource[] = [];
  for (const resource of resources) {
    await mayPause();
    kept.push(keep(type, resource));
  }
  return kept;
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

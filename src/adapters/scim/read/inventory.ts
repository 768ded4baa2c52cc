import type { ResourceType } from '../../../core/model/entry.ts';
import type { Failure } from '../../../core/model/outcome.ts';
import type { FoundResource } from '../../../ports/scim-target.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import type { Share, Shares } from '../../../core/memory/shares.ts';
import type { Keep } from '../answers/kept.ts';
import { readList, type List } from '../answers/list.ts';
import { mayPause } from '../http/turns.ts';
import { isRefusal, toFailure, type Exchange, type Refusal } from '../shared/message.ts';
import { walkPages, type Walk } from './pages.ts';

/** All pages are held in memory at once: about 30,000 resources. */
const mostPages = 300;

export interface Inventory {
  readonly exchange: Exchange;
  readonly targetDialect: Pick<TargetDialect, 'current' | 'learn' | 'evidence'>;
  readonly keep: Keep;
  /** The memory for lists, of all targets. */
  readonly memory: Shares;
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
): Promise<FoundResource[] | Failure | undefined> {
  const share = inventory.memory.open();
  try {
    return await listWithin(share, inventory, type, worthRequests, signal);
  } finally {
    share.release();
  }
}

async function listWithin(
  share: Share,
  { exchange, targetDialect, keep }: Inventory,
  type: ResourceType,
  worthRequests: number,
  signal: AbortSignal,
): Promise<FoundResource[] | Failure | undefined> {
  const { list } = targetDialect.current();
  if (!list.usable) return undefined;
  const extra = type === 'group' && list.excludeMembers ? ['excludedAttributes=members'] : [];
  const ask = async (place: readonly string[]): Promise<List | Refusal> => {
    const page = await readList(exchange, type, [...place, ...extra].join('&'), signal);
    return isRefusal(page) ? page : { ...page, resources: await keepEach(page.resources, type, keep) };
  };
  const walk = (budget: number, dialect = list): Promise<Walk> => {
    share.release(); // what an earlier walk had is not kept
    return walkPages(ask, dialect, budget, (bytes) => share.take(bytes));
  };
  const budget = Math.min(worthRequests, mostPages);
  let walked = await walk(budget);
  if (isExpired(walked.result)) walked = await walk(budget - walked.requests);
  // WSO2 does not page groups at all, and lists them.
  if (isUnknown(walked.result) && list.paging !== 'none' && budget > 1)
    walked = await walk(1, { ...list, paging: 'none' });
  const { result } = walked;
  if (Array.isArray(result) && result.length > 0) targetDialect.evidence.note(lists);
  if (result === undefined || Array.isArray(result)) return result;
  if (isUnknown(result) && !targetDialect.evidence.has(lists))
    targetDialect.learn('list.usable', false, `answered ${String(result.status)} to a list`);
  return isFinal(result) ? undefined : toFailure(result);
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

function isExpired(result: Walk['result']): boolean {
  return (
    result !== undefined && 'class' in result && ['expiredcursor', 'invalidcursor'].includes(result.scimType ?? '')
  );
}

function isUnknown(result: Walk['result']): boolean {
  return result !== undefined && 'class' in result && (result.status === 405 || result.status === 501);
}

/**
 * The target does not list, or not like this: no such endpoint, refused, pages beyond all bounds. Asking for one
 * resource at a time may work all the same, and says what is wrong when it does not.
 */
function isFinal({ class: failureClass }: Refusal): boolean {
  return failureClass === 'unsupported' || failureClass === 'rejected' || failureClass === 'protocol';
}

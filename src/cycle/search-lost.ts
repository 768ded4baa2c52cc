import type { Link } from '../core/model/link.ts';
import type { Rejected } from '../core/model/resource.ts';
import type { Departure } from '../core/planning/departures.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import { findLost } from './find-lost.ts';
import type { Known } from './known.ts';
import { othersThan } from './presence.ts';
import type { TargetSetup } from './target-setup.ts';
import { forEachConcurrently } from './work.ts';

export interface LostResult {
  /** Those who left: with the account that was found, or lost for good and to be forgotten. */
  readonly departures: readonly Departure[];
  /** Links as they were found, to be remembered before anything is sent. */
  readonly found: readonly Link[];
  /** Those who are still there, may have no access, and certainly have none: nothing is left to be known of them. */
  readonly ended: readonly Link[];
  /** Those of whom nothing could be found out: kept, and asked about again. */
  readonly unproven: readonly Link[];
}

/**
 * Looks for those who have left, or may not have access any more, and of whom the target once said that it does not have
 * them. Whoever is found departs like anybody else; only who is certainly nowhere is forgotten.
 *
 * @param known its links are brought up to date
 */
export async function searchLost(
  known: Known,
  rejected: readonly Rejected[],
  { setup, store, signal }: { readonly setup: TargetSetup; readonly store: StateView; readonly signal: AbortSignal },
): Promise<LostResult> {
  const barred = rejected.flatMap(({ sourceId, active }) => (active === false ? (known.links.get(sourceId) ?? []) : []));
  const lost = [...known.departures.map(({ link }) => link), ...barred].filter(({ lifecycle }) => lifecycle === 'lost');
  if (lost.length === 0) return { departures: known.departures, found: [], ended: [], unproven: [] };
  const found = new Map<string, Link>();
  const unproven: Link[] = [];
  const ended: Link[] = [];
  const target = withOneList(setup.target);
  await forEachConcurrently(lost, target.concurrency, () => signal.aborted, async (link) => {
    const others = await othersThan(link, known.links, store);
    const fate = await findLost(link, { target, store, policy: setup.policy, others, signal });
    if (fate.kind === 'found') found.set(link.sourceId, fate.link);
    if (fate.kind === 'unknown') unproven.push(link);
    if (fate.kind === 'gone' && barred.includes(link)) ended.push(link);
  });
  signal.throwIfAborted();
  for (const link of found.values()) known.links.set(link.sourceId, link);
  const unknown = new Set(unproven.map(({ sourceId }) => sourceId));
  return {
    departures: known.departures.flatMap((departure) => {
      const { sourceId } = departure.link;
      return unknown.has(sourceId) ? [] : [{ ...departure, link: found.get(sourceId) ?? departure.link }];
    }),
    found: [...found.values()],
    ended,
    unproven: unproven.filter(({ sourceId }) => known.departures.some(({ link }) => link.sourceId === sourceId)),
  };
}

/** Many may be looked for: everything is listed once for all of them. */
function withOneList(target: ScimTarget): ScimTarget {
  const lists = new Map<string, ReturnType<ScimTarget['inventory']>>();
  const inventory: ScimTarget['inventory'] = (type, worth, signal) => {
    const list = lists.get(type) ?? target.inventory(type, worth, signal);
    lists.set(type, list);
    return list;
  };
  return Object.assign(Object.create(target) as ScimTarget, { inventory });
}

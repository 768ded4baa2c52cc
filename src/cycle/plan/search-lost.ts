import type { Link } from '../../core/model/link.ts';
import type { Rejected } from '../../core/model/resource.ts';
import type { Departure } from '../../core/planning/departures.ts';
import { overriding, type ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { QuarantineLedger } from '../quarantine/ledger.ts';
import { targetError } from '../shared/target-error.ts';
import { findLost, type LostOutcome } from '../match/find-lost.ts';
import type { Known } from './known.ts';
import { othersThan } from '../match/presence.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { forEachConcurrently } from '../shared/work.ts';

export interface LostResult {
  /** Those who left: with the account that was found, or lost for good and to be forgotten. */
  readonly departures: readonly Departure[];
  /** Links as they were found, to be remembered before anything is sent. */
  readonly found: readonly Link[];
  /** Those who are still there, may have no access, and certainly have none: nothing is left to be known of them. */
  readonly ended: readonly Link[];
  /** Those of whom nothing could be found out: kept, and asked about again. */
  readonly reverify: readonly Link[];
}

interface LostInput {
  readonly setup: TargetSetup;
  readonly store: StateView;
  readonly quarantine: QuarantineLedger;
  readonly signal: AbortSignal;
}

/**
 * Looks for those who have left, or may not have access any more, and of whom the target once said that it does not have
 * them. Whoever is found departs like anybody else; only who is certainly nowhere is forgotten. Whoever was looked for in
 * vain is looked for again after a while, and never given up.
 *
 * @throws BridgeError D2S_TARGET_RENUMBERED when somebody's account has the id by which another entry is known
 *
 * @param known its links are brought up to date
 */
export async function searchLost(known: Known, rejected: readonly Rejected[], input: LostInput): Promise<LostResult> {
  const barred = rejected.flatMap(({ sourceId, active }) =>
    active === false ? (known.links.get(sourceId) ?? []) : [],
  );
  const left = known.departures.map(({ link }) => link);
  const lost = [...left, ...barred].filter(({ lifecycle }) => lifecycle === 'lost');
  if (lost.length === 0) return { departures: known.departures, found: [], ended: [], reverify: [] };
  const { quarantine } = input;
  const searched = lost.filter((link) => quarantine.isSearchedFor(link));
  const outcomes = await outcomesOf(searched, known, input);
  for (const link of lost) if (!quarantine.isSearchedFor(link)) quarantine.mislaid(link);
  const found: Link[] = [];
  for (const [link, outcome] of outcomes) {
    const lookalike = outcome.kind === 'alike' ? outcome.targetId : undefined;
    if (outcome.kind === 'found') found.push(outcome.link);
    else if (link.lookalike !== lookalike) found.push({ ...link, lookalike });
    if (outcome.kind === 'unknown' || outcome.kind === 'alike') quarantine.mislaid(link);
  }
  for (const link of found) known.links.set(link.sourceId, link);
  const unknown = new Set(
    lost
      .filter(
        (link) => (outcomes.get(link)?.kind ?? (link.lookalike === undefined ? 'unknown' : 'alike')) === 'unknown',
      )
      .map(({ sourceId }) => sourceId),
  );
  return {
    departures: known.departures.flatMap((departure) => {
      const { sourceId } = departure.link;
      return unknown.has(sourceId) ? [] : [{ ...departure, link: known.links.get(sourceId) ?? departure.link }];
    }),
    found,
    ended: barred.filter((link) => outcomes.get(link)?.kind === 'gone'),
    reverify: left.filter(({ sourceId }) => unknown.has(sourceId)),
  };
}

/** What became of each, asked side by side, until one is waited for in vain. */
async function outcomesOf(
  lost: readonly Link[],
  { links }: Known,
  { setup, store, signal }: LostInput,
): Promise<ReadonlyMap<Link, LostOutcome>> {
  const outcomes = new Map<Link, LostOutcome>();
  const target = withOneList(setup.target);
  let isLate = false;
  await forEachConcurrently(
    lost,
    target.concurrency,
    () => isLate || signal.aborted,
    async (link) => {
      const others = await othersThan(link, links, store);
      const outcome = await findLost(link, { target, store, policy: setup.policy, others, signal });
      outcomes.set(link, outcome);
      // Nothing may be written by any id that is known, in this cycle or a later one.
      if (outcome.kind === 'unknown' && outcome.failure?.class === 'renumbered')
        throw targetError(target.name, outcome.failure);
      isLate ||= outcome.kind === 'unknown' && outcome.failure?.late === true;
    },
  );
  signal.throwIfAborted();
  return outcomes;
}

/** Many may be looked for: everything is listed once for all of them. */
function withOneList(target: ScimTarget): ScimTarget {
  const lists = new Map<string, ReturnType<ScimTarget['inventory']>>();
  const inventory: ScimTarget['inventory'] = (type, worth, signal, without) => {
    const list = lists.get(type) ?? target.inventory(type, worth, signal, without);
    lists.set(type, list);
    return list;
  };
  return overriding(target, { inventory });
}

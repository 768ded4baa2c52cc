import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Match } from '../../core/planning/plan-input.ts';
import type { ReasonCode, Rejected, Resource } from '../../core/model/resource.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Intent, QuarantineRecord } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { mayStillShow } from '../quarantine/intents.ts';
import type { QuarantineLedger } from '../quarantine/ledger.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { unplanned, type UnreachedEntries } from '../shared/unreached.ts';
import { correlate, type Correlation } from './correlate.ts';
import type { HeldMatch } from './held-matches.ts';

export interface SearchInput {
  readonly setup: TargetSetup;
  readonly unlinked: readonly Resource[];
  /** Entries with a link that the directories do not have any more. */
  readonly gone: ReadonlySet<SourceId>;
  /** Newcomers to whom the account of an entry that is gone passes, unless they have one of their own: its id. */
  readonly passing: ReadonlyMap<SourceId, TargetId>;
  readonly store: StateView;
  /** Says who is looked for; takes what is found in the way of somebody. */
  readonly quarantine: QuarantineLedger;
  /** Accounts that were found lately for those whose adoption waits. */
  readonly heldMatches?: ReadonlyMap<SourceId, HeldMatch> | undefined;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** What the target has of those without a link. */
export interface Matches extends Pick<Correlation, 'matches' | 'rejected' | 'listed'> {
  /** About whom nothing can be planned now: nobody knows whether the target has them, or they cannot be written. */
  readonly unplannable: ReadonlySet<SourceId>;
  /** Those who could not be looked for now, by type. */
  readonly unreached: readonly UnreachedEntries[];
  /** How many are of a type that the target does not have: groups. */
  readonly leftOut: number;
  /** What was under way when the cycle began. */
  readonly intents: ReadonlyMap<SourceId, Intent>;
  /** Those who were not found lately, and whose creation was held: to be looked for before they are created. */
  readonly unsearched: ReadonlySet<SourceId>;
  /** Creates that certainly left nothing, and will not be tried again for now. */
  readonly settled: readonly Intent[];
}

/**
 * Looks on the target for those without a link. Whoever was looked for in vain, or could not be created, and has not
 * changed since is not looked for in every cycle: no change means no request.
 */
export async function searchUnlinked(input: SearchInput): Promise<Matches> {
  const { setup, store, quarantine, unlinked } = input;
  const intents = new Map((await store.openIntents(setup.target.name)).map((intent) => [intent.sourceId, intent]));
  // Whose create may still show is looked for again, and does not rest.
  const mayShow = (id: SourceId): boolean => {
    const intent = intents.get(id);
    return intent !== undefined && mayStillShow(intent, input.now);
  };
  const { wanted, unsearched, unmatchable } = divide(unlinked, input);
  const correlation = await correlate(wanted, {
    ...setup,
    store,
    intents,
    barred: quarantine.barred,
    held: heldOf(wanted, mayShow, input),
    gone: input.gone,
    passing: input.passing,
    clock: input.clock,
    signal: input.signal,
  });
  const causes = causesOf(wanted, correlation, mayShow, setup);
  for (const resource of wanted) {
    const cause = causes.get(resource.sourceId);
    if (cause !== undefined) quarantine.unmatchable(resource, cause);
    const unreached = correlation.unreached.get(resource.sourceId);
    if (unreached !== undefined) quarantine.unreached(resource, unreached.asked ? unreached.failure : undefined);
  }
  const rejected = [...unmatchable, ...correlation.rejected];
  return {
    matches: correlation.matches,
    rejected,
    listed: correlation.listed,
    unplannable: new Set([
      ...quarantine.backedOff,
      ...correlation.unreached.keys(),
      ...correlation.leftOut,
      ...rejected.map(({ sourceId }) => sourceId),
    ]),
    ...unplanned(correlation, unlinked),
    intents,
    unsearched,
    settled: [...causes].flatMap(([id, cause]) => {
      const intent = intents.get(id);
      return intent === undefined || staysOpen.has(cause) || mayShow(id) ? [] : [intent];
    }),
  };
}

/** Nobody looked, or who was switched off meanwhile is looked for apart (`recoverIntents`). */
const staysOpen: ReadonlySet<ReasonCode | 'inactive'> = new Set<ReasonCode | 'inactive'>([
  'search_refused',
  'inactive',
]);

interface Division {
  readonly wanted: readonly Resource[];
  readonly unsearched: ReadonlySet<SourceId>;
  /** As an earlier search found. */
  readonly unmatchable: readonly Rejected[];
}

/** A quarantine is newer than any intent of the same entry (the intent ends it): whoever is in it was looked for since. */
function divide(unlinked: readonly Resource[], { quarantine, passing }: SearchInput): Division {
  const wanted: Resource[] = [];
  const unsearched = new Set<SourceId>();
  const unmatchable: Rejected[] = [];
  for (const resource of unlinked) {
    const advice = quarantine.adviseSearch(resource);
    const isDecisive = advice.kind === 'unmatchable' && passing.has(resource.sourceId);
    if (advice.kind === 'search' || isDecisive) wanted.push(resource);
    else if (advice.kind === 'not searched') unsearched.add(resource.sourceId);
    else if (advice.kind === 'unmatchable' && advice.record.cause !== 'inactive')
      unmatchable.push(stillRejected(resource, advice.record));
  }
  // Whoever could not be looked for lately comes last, so that the others get a turn.
  const failedBefore = ({ sourceId }: Resource): number => Number(quarantine.before(sourceId) !== undefined);
  return { wanted: wanted.sort((a, b) => failedBefore(a) - failedBefore(b)), unsearched, unmatchable };
}

/** Why somebody who was looked for is not written, as the search shows it. */
function causesOf(
  wanted: readonly Resource[],
  { rejected, unreached, matches }: Correlation,
  mayShow: (id: SourceId) => boolean,
  { createInactive }: TargetSetup,
): ReadonlyMap<SourceId, ReasonCode | 'inactive'> {
  const causes = new Map<SourceId, ReasonCode | 'inactive'>(
    rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code ?? 'ambiguous_match']),
  );
  for (const { sourceId, type, attributes } of createInactive ? [] : wanted) {
    const isInactive = type === 'user' && attributes.get('active') === false;
    const isAbsent = !causes.has(sourceId) && !unreached.has(sourceId) && !matches.has(sourceId);
    if (isInactive && isAbsent && !mayShow(sourceId)) causes.set(sourceId, 'inactive');
  }
  return causes;
}

/** Whose adoption waits, and who would be looked for in the same way; not those whose create may still show. */
function heldOf(
  wanted: readonly Resource[],
  mayShow: (id: SourceId) => boolean,
  { heldMatches, quarantine: { fingerprints } }: SearchInput,
): ReadonlyMap<SourceId, Match> {
  return new Map(
    wanted.flatMap(({ sourceId }) => {
      const held = heldMatches?.get(sourceId);
      return held === undefined || mayShow(sourceId) || held.fingerprint !== fingerprints.ofMatch(sourceId)
        ? []
        : [[sourceId, held.match] as const];
    }),
  );
}

function stillRejected(resource: Resource, quarantine: QuarantineRecord): Rejected {
  const { sourceId, directory, type, label, attributes } = resource;
  const text = `${quarantine.cause} as of ${quarantine.since}; it is looked at again after ${quarantine.retryAt}, or at once by dir2scim sync${quarantine.targetId === undefined ? '' : ' --full'}`;
  const code = quarantine.cause as ReasonCode; // a search cause other than `inactive`
  return { sourceId, directory, type, label, active: attributes.get('active') !== false, reasons: [{ code, text }] };
}

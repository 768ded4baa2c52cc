import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Match } from '../../core/planning/plan-input.ts';
import type { ReasonCode, Rejected, Resource } from '../../core/model/resource.ts';
import type { Intent, StateView, QuarantineRecord } from '../../ports/state-store.ts';
import { isPaused, quarantineAfter } from '../quarantine/back-off.ts';
import { correlate, type Correlation } from './correlate.ts';
import { mayStillShow } from './intents.ts';
import type { Fingerprints } from '../shared/fingerprints.ts';
import type { HeldMatch } from './held-matches.ts';
import type { Unreached } from './look-up.ts';
import type { AttemptMode, TargetSetup } from '../shared/target-setup.ts';

export interface SearchInput {
  readonly setup: TargetSetup;
  readonly unlinked: readonly Resource[];
  /** Entries with a link that the directories do not have any more. */
  readonly gone: ReadonlySet<SourceId>;
  readonly store: StateView;
  readonly quarantined: ReadonlyMap<SourceId, QuarantineRecord>;
  readonly fingerprints: Fingerprints;
  /** Accounts that were found lately for those whose adoption waits. */
  readonly heldMatches?: ReadonlyMap<SourceId, HeldMatch> | undefined;
  readonly attempt: AttemptMode;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface SearchResult extends Correlation {
  /** What was under way before. */
  readonly intents: ReadonlyMap<SourceId, Intent>;
  /** Those whose creation or adoption failed lately, unchanged since: left alone altogether. */
  readonly backedOff: ReadonlySet<SourceId>;
  /** Those who were not found lately, and whose creation was held: not looked for now, unless it is to be sent. */
  readonly unsearched: ReadonlySet<SourceId>;
  /** Those whom a search, now or lately, found something in the way of, or did not find: they stay quarantined. */
  readonly standing: ReadonlySet<SourceId>;
  /** What the search found in the way, to be remembered so that the next cycle need not ask again. */
  readonly quarantined: readonly QuarantineRecord[];
  /** Creates that certainly left nothing, and will not be tried again for now. */
  readonly settled: readonly Intent[];
}

/** Causes that come from a search, and so spare the next one. */
const searchCauses: ReadonlySet<QuarantineRecord['cause']> = new Set<ReasonCode | 'inactive'>([
  'inactive',
  'ambiguous_match',
  'match_taken',
  'match_foreign',
  'adoption_off',
  'not_created',
  'search_refused',
]);

/**
 * Looks on the target for those without a link. Whoever was looked for in vain, or could not be created, and has not
 * changed since is not looked for in every cycle: no change means no request.
 */
export async function searchUnlinked(input: SearchInput): Promise<SearchResult> {
  const { setup, store } = input;
  const intents = new Map((await store.openIntents(setup.target.name)).map((intent) => [intent.sourceId, intent]));
  // Whose create may still show is looked for again, and does not rest.
  const mayShow = (id: SourceId): boolean => {
    const intent = intents.get(id);
    return intent !== undefined && mayStillShow(intent, input.now);
  };
  const { wanted, backedOff, unsearched, stillUnmatchable } = divide(input);
  const { matches, rejected, unreached, leftOut, listed } = await correlate(wanted, {
    ...setup,
    store,
    intents,
    barred: barredOf(input),
    held: heldOf(wanted, mayShow, input),
    gone: input.gone,
    signal: input.signal,
  });
  const causes = new Map<SourceId, QuarantineRecord['cause']>();
  for (const { sourceId, reasons } of rejected) causes.set(sourceId, reasons[0]?.code ?? 'ambiguous_match');
  const absent = wanted.filter(
    ({ sourceId, type, attributes }) =>
      !causes.has(sourceId) &&
      !unreached.has(sourceId) &&
      !matches.has(sourceId) &&
      !setup.createInactive &&
      type === 'user' &&
      attributes.get('active') === false,
  );
  for (const { sourceId } of absent) if (!mayShow(sourceId)) causes.set(sourceId, 'inactive');
  return {
    matches,
    rejected: [
      ...stillUnmatchable.flatMap(({ resource, quarantine }) => stillRejected(resource, quarantine)),
      ...rejected,
    ],
    unreached,
    leftOut,
    backedOff,
    unsearched,
    standing: new Set([...stillUnmatchable.map(({ resource }) => resource.sourceId), ...causes.keys()]),
    quarantined: wanted.flatMap((resource) => [
      ...foundQuarantine(resource, causes.get(resource.sourceId), input),
      ...unreachedQuarantine(resource, unreached.get(resource.sourceId), input),
    ]),
    settled: [...causes].flatMap(([id, cause]) => {
      const intent = intents.get(id);
      return intent === undefined || staysOpen.has(cause) || mayShow(id) ? [] : [intent];
    }),
    intents,
    listed,
  };
}

/** Nobody looked, or who was switched off meanwhile is looked for apart (`recoverIntents`). */
const staysOpen: ReadonlySet<QuarantineRecord['cause']> = new Set<QuarantineRecord['cause']>([
  'search_refused',
  'inactive',
]);

interface Division {
  readonly wanted: Resource[];
  readonly backedOff: Set<SourceId>;
  readonly unsearched: Set<SourceId>;
  readonly stillUnmatchable: { readonly resource: Resource; readonly quarantine: QuarantineRecord }[];
}

/** A quarantine record is newer than any intent of the same entry (the intent ends it): whoever has one was looked for since. */
function divide(input: SearchInput): Division {
  const division: Division = { wanted: [], backedOff: new Set(), unsearched: new Set(), stillUnmatchable: [] };
  for (const resource of input.unlinked) {
    const quarantine = input.quarantined.get(resource.sourceId);
    if (quarantine === undefined) division.wanted.push(resource);
    else if (isBackedOff(quarantine, resource, input))
      (quarantine.cause === 'held' ? division.unsearched : division.backedOff).add(resource.sourceId);
    else if (isStillUnmatchable(quarantine, resource, input)) division.stillUnmatchable.push({ resource, quarantine });
    else division.wanted.push(resource);
  }
  // Whoever could not be looked for lately comes last, so that the others get a turn.
  division.wanted.sort((a, b) => Number(input.quarantined.has(a.sourceId)) - Number(input.quarantined.has(b.sourceId)));
  return division;
}

function isBackedOff(
  quarantine: QuarantineRecord,
  resource: Resource,
  { attempt, fingerprints, now }: SearchInput,
): boolean {
  return (
    attempt === 'due' &&
    !searchCauses.has(quarantine.cause) &&
    isPaused(quarantine, fingerprints.ofResource(resource), now)
  );
}

function isStillUnmatchable(quarantine: QuarantineRecord, resource: Resource, input: SearchInput): boolean {
  if (!searchCauses.has(quarantine.cause) || input.attempt === 'everything') return false;
  // What a create was answered with is not asked for by another create.
  if (input.attempt === 'asked' && quarantine.cause !== 'inactive' && quarantine.targetId === undefined) return false;
  return isPaused(quarantine, input.fingerprints.ofMatch(resource.sourceId) ?? '', input.now);
}

/** Accounts with which a create was answered although they were there before. */
function barredOf({ quarantined }: SearchInput): ReadonlyMap<SourceId, TargetId> {
  return new Map(
    [...quarantined].flatMap(([id, { cause, targetId }]) =>
      cause === 'adoption_off' && targetId !== undefined ? [[id, targetId] as const] : [],
    ),
  );
}

/** Whose adoption waits, and who would be looked for in the same way; not those whose create may still show. */
function heldOf(
  wanted: readonly Resource[],
  mayShow: (id: SourceId) => boolean,
  { heldMatches, fingerprints }: SearchInput,
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

function foundQuarantine(
  resource: Resource,
  cause: QuarantineRecord['cause'] | undefined,
  input: SearchInput,
): QuarantineRecord[] {
  if (cause === undefined) return [];
  const { type, sourceId } = resource;
  const previous = input.quarantined.get(sourceId);
  const targetId = previous?.cause === cause ? previous.targetId : undefined;
  const failed = {
    target: input.setup.target.name,
    type,
    sourceId,
    cause,
    targetId,
    fingerprint: input.fingerprints.ofMatch(resource.sourceId) ?? '',
  };
  return [quarantineAfter(input.quarantined.get(sourceId), failed, input.now)];
}

/** They rest like anybody of whom something failed on its way: shortly at first. */
function unreachedQuarantine(
  resource: Resource,
  unreached: Unreached | undefined,
  input: SearchInput,
): QuarantineRecord[] {
  if (unreached?.asked !== true) return [];
  const { failure } = unreached;
  const { type, sourceId } = resource;
  const failed = {
    target: input.setup.target.name,
    type,
    sourceId,
    cause: failure.class,
    status: failure.status,
    fingerprint: input.fingerprints.ofResource(resource),
  };
  return [quarantineAfter(input.quarantined.get(sourceId), failed, input.now)];
}

function stillRejected(resource: Resource, quarantine: QuarantineRecord): Rejected[] {
  if (quarantine.cause === 'inactive') return [];
  const { sourceId, directory, type, label, attributes } = resource;
  const text = `${quarantine.cause} as of ${quarantine.since}; it is looked at again after ${quarantine.retryAt}, or at once by dir2scim sync${quarantine.targetId === undefined ? '' : ' --full'}`;
  const code = quarantine.cause as ReasonCode; // a search cause other than `inactive`
  return [{ sourceId, directory, type, label, active: attributes.get('active') !== false, reasons: [{ code, text }] }];
}

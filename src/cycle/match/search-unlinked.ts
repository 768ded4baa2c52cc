import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import type { Match } from '../../core/planning/plan-input.ts';
import type { ReasonCode, Rejected, Resource } from '../../core/model/resource.ts';
import type { Intent, StateView, Trouble } from '../../ports/state-store.ts';
import { isPaused, troubleAfter } from '../quarantine/back-off.ts';
import { correlate, type Correlation } from './correlate.ts';
import { mayStillShow } from './intents.ts';
import type { Fingerprints } from '../shared/fingerprints.ts';
import type { HeldMatch } from './held-matches.ts';
import type { Unreached } from './look-up.ts';
import type { Attempt, TargetSetup } from '../shared/target-setup.ts';

export interface SearchInput {
  readonly setup: TargetSetup;
  readonly unlinked: readonly Resource[];
  /** Entries with a link that the directories do not have any more. */
  readonly gone: ReadonlySet<SourceId>;
  readonly store: StateView;
  readonly troubles: ReadonlyMap<SourceId, Trouble>;
  readonly fingerprints: Fingerprints;
  /** Accounts that were found lately for those whose adoption waits. */
  readonly heldMatches?: ReadonlyMap<SourceId, HeldMatch> | undefined;
  readonly attempt: Attempt;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface SearchResult extends Correlation {
  /** What was under way before. */
  readonly intents: ReadonlyMap<SourceId, Intent>;
  /** Those whose creation or adoption failed lately, unchanged since: left alone altogether. */
  readonly resting: ReadonlySet<SourceId>;
  /** Those who were not found lately, and whose creation was held: not looked for now, unless it is to be sent. */
  readonly unsearched: ReadonlySet<SourceId>;
  /** Those whom a search, now or lately, found something in the way of, or did not find: their trouble stands. */
  readonly standing: ReadonlySet<SourceId>;
  /** What the search found in the way, to be remembered so that the next cycle need not ask again. */
  readonly troubles: readonly Trouble[];
  /** Creates that certainly left nothing, and will not be tried again for now. */
  readonly settled: readonly Intent[];
}

/** Causes that come from a search, and so spare the next one. */
const searchCauses: ReadonlySet<Trouble['cause']> = new Set<ReasonCode | 'inactive'>([
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
  const { wanted, resting, unsearched, spared } = divide(input);
  const { matches, rejected, unreached, leftOut, listed } = await correlate(wanted, {
    ...setup,
    store,
    intents,
    barred: barredOf(input),
    held: heldOf(wanted, mayShow, input),
    gone: input.gone,
    signal: input.signal,
  });
  const causes = new Map<SourceId, Trouble['cause']>();
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
    rejected: [...spared.flatMap(({ resource, trouble }) => stillRejected(resource, trouble)), ...rejected],
    unreached,
    leftOut,
    resting,
    unsearched,
    standing: new Set([...spared.map(({ resource }) => resource.sourceId), ...causes.keys()]),
    troubles: wanted.flatMap((resource) => [
      ...foundTrouble(resource, causes.get(resource.sourceId), input),
      ...unreachedTrouble(resource, unreached.get(resource.sourceId), input),
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
const staysOpen: ReadonlySet<Trouble['cause']> = new Set<Trouble['cause']>(['search_refused', 'inactive']);

interface Division {
  readonly wanted: Resource[];
  readonly resting: Set<SourceId>;
  readonly unsearched: Set<SourceId>;
  readonly spared: { readonly resource: Resource; readonly trouble: Trouble }[];
}

/** A trouble is newer than any intent of the same entry (the intent ends it): whoever has one was looked for since. */
function divide(input: SearchInput): Division {
  const division: Division = { wanted: [], resting: new Set(), unsearched: new Set(), spared: [] };
  for (const resource of input.unlinked) {
    const trouble = input.troubles.get(resource.sourceId);
    if (trouble === undefined) division.wanted.push(resource);
    else if (isResting(trouble, resource, input))
      (trouble.cause === 'held' ? division.unsearched : division.resting).add(resource.sourceId);
    else if (isSpared(trouble, resource, input)) division.spared.push({ resource, trouble });
    else division.wanted.push(resource);
  }
  // Whoever could not be looked for lately comes last, so that the others get a turn.
  division.wanted.sort((a, b) => Number(input.troubles.has(a.sourceId)) - Number(input.troubles.has(b.sourceId)));
  return division;
}

function isResting(trouble: Trouble, resource: Resource, { attempt, fingerprints, now }: SearchInput): boolean {
  return (
    attempt === 'due' && !searchCauses.has(trouble.cause) && isPaused(trouble, fingerprints.ofResource(resource), now)
  );
}

function isSpared(trouble: Trouble, resource: Resource, input: SearchInput): boolean {
  if (!searchCauses.has(trouble.cause) || input.attempt === 'everything') return false;
  // What a create was answered with is not asked for by another create.
  if (input.attempt === 'asked' && trouble.cause !== 'inactive' && trouble.targetId === undefined) return false;
  return isPaused(trouble, input.fingerprints.ofMatch(resource.sourceId) ?? '', input.now);
}

/** Accounts with which a create was answered although they were there before. */
function barredOf({ troubles }: SearchInput): ReadonlyMap<SourceId, TargetId> {
  return new Map(
    [...troubles].flatMap(([id, { cause, targetId }]) =>
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

function foundTrouble(resource: Resource, cause: Trouble['cause'] | undefined, input: SearchInput): Trouble[] {
  if (cause === undefined) return [];
  const { type, sourceId } = resource;
  const previous = input.troubles.get(sourceId);
  const targetId = previous?.cause === cause ? previous.targetId : undefined;
  const failed = {
    target: input.setup.target.name,
    type,
    sourceId,
    cause,
    targetId,
    fingerprint: input.fingerprints.ofMatch(resource.sourceId) ?? '',
  };
  return [troubleAfter(input.troubles.get(sourceId), failed, input.now)];
}

/** They rest like anybody of whom something failed on its way: shortly at first. */
function unreachedTrouble(resource: Resource, unreached: Unreached | undefined, input: SearchInput): Trouble[] {
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
  return [troubleAfter(input.troubles.get(sourceId), failed, input.now)];
}

function stillRejected(resource: Resource, trouble: Trouble): Rejected[] {
  if (trouble.cause === 'inactive') return [];
  const { sourceId, directory, type, label, attributes } = resource;
  const text = `${trouble.cause} as of ${trouble.since}; it is looked at again after ${trouble.retryAt}, or at once by dir2scim sync${trouble.targetId === undefined ? '' : ' --full'}`;
  const code = trouble.cause as ReasonCode; // a search cause other than `inactive`
  return [{ sourceId, directory, type, label, active: attributes.get('active') !== false, reasons: [{ code, text }] }];
}

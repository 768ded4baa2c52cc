import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';
import type { Operation, Plan } from '../../core/model/plan.ts';
import type { Rejected } from '../../core/model/resource.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { countUnresolved, type UnresolvedCounts } from '../../core/mapping/unresolved.ts';
import type { Projection } from '../../core/mapping/project.ts';
import type { ScopeGroup } from '../../core/mapping/evaluate-scope.ts';
import { buildPlan } from '../../core/planning/build-plan.ts';
import type { PlanInput } from '../../core/planning/plan-input.ts';
import { planId } from '../../core/planning/plan-id.ts';
import type { Intent, StateView, TargetState, QuarantineRecord } from '../../ports/state-store.ts';
import { isPaused, quarantineAfter } from '../quarantine/back-off.ts';
import { gather } from '../shared/batches.ts';
import { builtAnewRemark, likelySuccessors, successorsIn, withRemark } from './built-anew.ts';
import { marksAfter, olderDirectories, overtakenBy } from './data-marks.ts';
import type { Words } from './decisions.ts';
import type { IncrementalScope } from './incremental-scope.ts';
import { createFingerprints, type Fingerprints } from '../shared/fingerprints.ts';
import type { HeldMatch } from '../match/held-matches.ts';
import { guardPlan, sha256 } from './guard-plan.ts';
import { judgePlan, type JudgedPlan } from './judge-plan.ts';
import { hiddenEntries, recall } from './known.ts';
import type { LookUpAbsent } from '../../ports/directory-source.ts';
import { searchLost, type LostResult } from './search-lost.ts';
import { learnUnknown } from './learn-unknown.ts';
import { searchUnlinked, type SearchResult } from '../match/search-unlinked.ts';
import { membersWithStrangers } from './strangers.ts';
import type { AttemptMode, TargetSetup } from '../shared/target-setup.ts';
import type { Timekeeper } from '../shared/timekeeper.ts';
import { unplanned, type UnreachedEntries } from '../shared/unreached.ts';

/** A plan with the judgement on it, and what it was made from. */
export interface Preparation extends JudgedPlan {
  readonly plan: Plan;
  /** In scope, and found unmatchable by a search on the target. */
  readonly unmatchable: readonly Rejected[];
  /** Linked, and there although no reading shows them. */
  readonly unseen: ReadonlySet<SourceId>;
  /** How far the data had come that this plan goes by. */
  readonly marks: TargetState['marks'];
  /** May proceed, but failed lately: their pause is not over. */
  readonly deferred: readonly Operation[];
  /** To be carried out now. */
  readonly due: readonly Operation[];
  readonly links: Map<SourceId, Link>;
  /** Newcomers whom the target refused lately: they are left out of the plan until their pause is over. */
  readonly backedOff: ReadonlySet<SourceId>;
  /** Newcomers who could not be looked for now: they are left out of the plan as well. */
  readonly unreached: readonly UnreachedEntries[];
  /** How many are of a type that the target does not have: groups. */
  readonly leftOut: number;
  /** Newcomers to be looked for before they are created. */
  readonly unsearched: ReadonlySet<SourceId>;
  readonly fingerprints: Fingerprints;
  /** Of everyone who is wanted or has departed. */
  readonly quarantined: ReadonlyMap<SourceId, QuarantineRecord>;
  /** Those who stay quarantined although the plan has nothing for them. */
  readonly standing: ReadonlySet<SourceId>;
  /** Those who are in quarantine although they are neither wanted nor linked any more. */
  readonly orphaned: readonly SourceId[];
  /** Failures that the search for matches found, and of those whom it did not find and whose creation is held. */
  readonly found: readonly QuarantineRecord[];
  /** Creates that certainly left nothing. */
  readonly settled: readonly Intent[];
  /** What was under way when the cycle began. */
  readonly intents: ReadonlyMap<SourceId, Intent>;
  /** Whom the target has, where it was listed. */
  readonly listed: Readonly<Record<ResourceType, ReadonlySet<TargetId>>>;
  /** Accounts that the search found for newcomers. */
  readonly matches: SearchResult['matches'];
  readonly remembered: readonly Link[];
  readonly forgotten: readonly Link[];
  /** Who has left, and of whom the target says that it does not have them, which cannot be believed now. */
  readonly reverify: readonly Link[];
  /** Of those, and of those who may have another account: when they are looked for again. */
  readonly mislaid: ReadonlyMap<SourceId, QuarantineRecord>;
  /** References and members that have to wait for someone the target does not have. */
  readonly waiting: number;
  /** How much names nobody who is read, of everything that is wanted. */
  readonly unresolved: UnresolvedCounts;
  readonly state: TargetState;
}

export interface PrepareInput {
  readonly setup: TargetSetup;
  readonly readings: readonly CompleteReading[];
  /** What the readings come to for this target. */
  readonly projection: Projection;
  /** The groups by which its scope goes. */
  readonly scopeGroups: readonly ScopeGroup[];
  readonly timekeeper?: Timekeeper | undefined;
  /** Whom the plan is about; without it, everyone. */
  readonly incrementalScope?: IncrementalScope | undefined;
  /** The only one whom the target may be asked about, among those who are linked; without it, everyone. */
  readonly only?: SourceId | undefined;
  /** Whom a person wants switched on, although their accounts were left switched off. */
  readonly wantedBack?: ReadonlySet<SourceId> | undefined;
  /** Accounts that were found lately for those whose adoption waits for a person. */
  readonly heldMatches?: ReadonlyMap<SourceId, HeldMatch> | undefined;
  readonly store: StateView;
  /** For those whom the readings do not show. */
  readonly lookUp: LookUpAbsent;
  readonly attempt: AttemptMode;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * From what is wanted to a plan and the guard's verdict. Changes nothing anywhere; asks the target only about entries that
 * are new to us.
 *
 * @throws BridgeError when the target refuses the credentials
 */
export async function preparePlan(input: PrepareInput): Promise<Preparation> {
  const prepared = await prepare(input);
  // What was found a while ago may hold something else by now, or be somebody's: before it is written to it is looked for.
  const due = new Set(prepared.due.map(({ sourceId }) => sourceId));
  const waiting = new Map(
    [...(input.heldMatches ?? [])].filter(([id, { match }]) => !due.has(id) || prepared.matches.get(id) !== match),
  );
  return waiting.size < (input.heldMatches?.size ?? 0) ? prepare({ ...input, heldMatches: waiting }) : prepared;
}

async function prepare(input: PrepareInput): Promise<Preparation> {
  const {
    setup,
    setup: {
      target: { name },
    },
    projection,
    incrementalScope,
    store,
    now,
  } = input;
  const known = await recall(input);
  const { resources, rejected: unmapped } = incrementalScope ?? projection;
  const lost = await searchLost(known, unmapped, input);
  const ids = [...resources, ...unmapped, ...known.departures.map(({ link }) => link)].map(({ sourceId }) => sourceId);
  const quarantined = await gather(ids, (batch) => store.quarantined(name, batch));
  const orphaned = incrementalScope === undefined ? await orphanedQuarantine(name, ids, store) : [];
  const fingerprints = createFingerprints(known.unlinked, store.digest, {
    user: setup.policy.user.match,
    group: setup.policy.group.match,
  });
  const likely = await likelySuccessors(known, input);
  const successors = successorsIn(likely, resources, setup, known.mayMove);
  const search = await searchUnlinked({
    ...input,
    unlinked: known.unlinked.filter(({ sourceId }) => !successors.has(sourceId)),
    gone: new Set(known.gone.map(({ sourceId }) => sourceId)),
    quarantined,
    fingerprints,
  });
  const groups = await membersWithStrangers({ ...input, ...known, matches: search.matches });
  const unusable = new Set([
    ...search.backedOff,
    ...search.unreached.keys(),
    ...search.leftOut,
    ...search.rejected.map(({ sourceId }) => sourceId),
  ]);
  const learned = await learnUnknown({
    ...input,
    ...known,
    ...groups,
    target: setup.target,
    resources,
    leaving: lost.departures.map(({ link }) => link),
  });
  const planned = buildPlan({
    ...known,
    ...groups,
    resources: learned.resources.filter(({ sourceId }) => !unusable.has(sourceId) && !learned.lost.has(sourceId)),
    rejected: [...unmapped, ...search.rejected],
    departures: lost.departures.map((departure) => ({
      ...departure,
      link: known.links.get(departure.link.sourceId) ?? departure.link,
    })),
    matches: search.matches,
    successors,
    bystanders: incrementalScope?.bystanders ?? nobody,
    ...(await rulesOf(input)),
    digest: store.digest,
    now,
  });
  const state = await store.target(name);
  const leftOut = new Set([...unusable, ...learned.lost, ...lost.reverify.map(({ sourceId }) => sourceId)]);
  const older = olderDirectories(input.readings, state);
  const asked = { ...input, ...planned, ...groups, links: known.links, target: name, leftOut, state };
  const age = { state, older, overtaken: overtakenBy(older, state) };
  const remark = builtAnewRemark(known, likely);
  const judged = await judgePlan(asked, async (open, pushed) =>
    withRemark(await guardPlan(open, pushed, asked, age, input), remark),
  );
  const isDeferred = pausesOf(judged, quarantined, fingerprints, input);
  return {
    plan: {
      id: planId(planned.operations, sha256),
      target: name,
      operations: planned.operations,
      rejected: [...unmapped, ...search.rejected, ...(incrementalScope?.unmatchable ?? []), ...hiddenEntries(known)],
    },
    unseen: known.unseen,
    marks: marksAfter(input.readings, state.marks, older, judged),
    state,
    unmatchable: [...search.rejected, ...(incrementalScope?.unmatchable ?? [])],
    ...judged,
    deferred: judged.verdict.proceed.filter(isDeferred),
    due: judged.verdict.proceed.filter((operation) => !isDeferred(operation)),
    links: known.links,
    ...forPush(search),
    ...unplanned(search, known.unlinked),
    fingerprints,
    quarantined,
    standing: new Set([...search.standing, ...search.backedOff, ...search.unreached.keys(), ...lost.mislaid.keys()]),
    orphaned,
    found: [
      ...lost.quarantined,
      ...search.quarantined,
      ...heldCreations(
        [...(judged.verdict.hold?.operations ?? []), ...judged.undone],
        search.unsearched,
        quarantined,
        fingerprints,
        input,
      ),
    ],
    remembered: [...known.moved, ...lost.found, ...learned.links, ...planned.remembered],
    forgotten: [...lost.ended, ...planned.forgotten],
    ...stillLost(lost),
    waiting: planned.waiting + learned.waiting,
    unresolved: countUnresolved(projection.resources),
  };
}

/** What a plan goes by besides what is wanted and what is known. */
async function rulesOf({
  setup,
  wantedBack = nobody,
  store,
}: PrepareInput): Promise<
  Pick<PlanInput, 'removal' | 'createInactive' | 'reactivateAdopted' | 'wantedBack' | 'recreates'>
> {
  const {
    removal,
    createInactive,
    policy,
    target: { name, recreates },
  } = setup;
  return {
    removal,
    createInactive,
    reactivateAdopted: policy.user.reactivateAdopted,
    wantedBack: wantedBack.union(new Set(await decidedBack(name, store))),
    recreates,
  };
}

/** Of whom somebody decided that they are switched on: a decision that waits, or one that is under way. */
async function decidedBack(target: string, store: StateView): Promise<SourceId[]> {
  const [{ waiting }, { approvals = [] }] = [await store.decisions(), await store.target(target)];
  const decided = [...waiting.filter((one) => one.target === target), ...approvals];
  return decided.flatMap(({ operations = [] }) =>
    operations.flatMap(({ verb, sourceId }) => (verb === 'reactivate' ? [sourceId] : [])),
  );
}

async function orphanedQuarantine(target: string, ids: readonly SourceId[], store: StateView): Promise<SourceId[]> {
  const orphaned: SourceId[] = [];
  for await (const batch of store.orphanedQuarantine(target, new Set(ids))) for (const id of batch) orphaned.push(id);
  return orphaned;
}

/** Who could not be found, or not for certain. */
function stillLost({ reverify, mislaid }: LostResult): Pick<Preparation, 'reverify' | 'mislaid'> {
  return { reverify, mislaid };
}

/** What a push goes by. */
function forPush({
  backedOff,
  unsearched,
  settled,
  intents,
  listed,
  matches,
}: SearchResult): Pick<SearchResult, 'backedOff' | 'unsearched' | 'settled' | 'intents' | 'listed' | 'matches'> {
  return { backedOff, unsearched, settled, intents, listed, matches };
}

/** Whoever waits for an approval need not be looked for in every cycle. */
function heldCreations(
  kept: readonly Operation[],
  unsearched: ReadonlySet<SourceId>,
  quarantined: ReadonlyMap<SourceId, QuarantineRecord>,
  fingerprints: Fingerprints,
  { setup, now }: PrepareInput,
): QuarantineRecord[] {
  return kept.flatMap((operation): QuarantineRecord[] => {
    const { verb, type, sourceId } = operation;
    if (verb !== 'create' || unsearched.has(sourceId)) return [];
    const held = {
      target: setup.target.name,
      type,
      sourceId,
      cause: 'held' as const,
      fingerprint: fingerprints.ofOperations([operation]),
    };
    return [quarantineAfter(quarantined.get(sourceId), held, now)];
  });
}

/** Whom a person wants carried out now: their pause is over. */
function pushedNow({ approvals, decided }: Words): ReadonlySet<SourceId> {
  const pushes = new Set(
    decided.filter(({ decision, end }) => decision === 'push' && end === 'taken').map(({ holdId }) => holdId),
  );
  return new Set(
    approvals
      .filter(({ holdId }) => pushes.has(holdId))
      .flatMap(({ operations }) => operations.map(({ sourceId }) => sourceId)),
  );
}

/** An entry rests as a whole: with everything that is to be done about it, or not at all. */
function pausesOf(
  { verdict, words }: JudgedPlan,
  quarantined: ReadonlyMap<SourceId, QuarantineRecord>,
  fingerprints: Fingerprints,
  { attempt, now }: PrepareInput,
): (operation: Operation) => boolean {
  if (attempt !== 'due' || quarantined.size === 0) return () => false;
  const pushed = pushedNow(words);
  const ofEntry = Map.groupBy(
    verdict.proceed.filter(
      ({ sourceId }) => (quarantined.get(sourceId)?.cause ?? 'held') !== 'held' && !pushed.has(sourceId),
    ),
    ({ sourceId }) => sourceId,
  );
  const paused = new Set(
    [...ofEntry]
      .filter(([id, own]) => isPaused(quarantined.get(id), fingerprints.ofOperations(own), now))
      .map(([id]) => id),
  );
  return ({ sourceId }) => paused.has(sourceId);
}

const nobody: ReadonlySet<SourceId> = new Set();

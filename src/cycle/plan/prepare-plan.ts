import type { BridgeError } from '../../core/model/errors.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { ScopeEvaluation } from '../../core/mapping/evaluate-scope.ts';
import type { Projection } from '../../core/mapping/project.ts';
import type { ScopeGroup } from '../../core/mapping/evaluate-scope.ts';
import type { PlanInput } from '../../core/planning/plan-input.ts';
import type { LookUpAbsent } from '../../ports/directory-source.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeftDecisions } from '../../ports/decisions.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { HeldMatch } from '../match/held-matches.ts';
import { searchUnlinked, type Matches } from '../match/search-unlinked.ts';
import type { QuarantineLedger } from '../quarantine/ledger.ts';
import { openLedger } from '../quarantine/open-ledger.ts';
import type { AttemptMode, TargetSetup } from '../shared/target-setup.ts';
import type { Timekeeper } from '../shared/timekeeper.ts';
import { accountsToPass, awaitedSuccessors, decideHandover } from './awaited-successors.ts';
import { endsFirst } from './ends-first.ts';
import type { IncrementalScope } from './incremental-scope.ts';
import { recall, type Known } from './known.ts';
import { learnUnknown } from './learn-unknown.ts';
import { likelySuccessors, successorsIn } from './likely-successors.ts';
import { withStandingProofs } from './proofs.ts';
import { builtAnewRemark, configurationRemark } from './remarks.ts';
import { makePlan, type KnownNow, type MadePlan } from './make-plan.ts';
import { searchLost } from './search-lost.ts';
import { membersWithStrangers } from './strangers.ts';

/** What a cycle goes by, once everything is known that is asked for before anything is sent. */
export interface Preparation {
  /** What the state and the directories say. */
  readonly known: KnownNow;
  /** What the target has of those without a link. */
  readonly matches: Matches;
  /** Who comes in the place of an entry that is gone. */
  readonly successors: PlanInput['successors'];
  /** What is to be done about it all, with the judgement on it. */
  readonly made: MadePlan;
  /** What failed before, and what is tried again. */
  readonly quarantine: QuarantineLedger;
  /** Searches were ended, because access has to end: those who were not looked for are not in the plan. */
  readonly wasCut: boolean;
}

export interface PrepareInput {
  readonly setup: TargetSetup;
  readonly readings: readonly CompleteReading[];
  /** What the readings come to for this target. */
  readonly projection: Projection;
  /** Who is in scope, and why. */
  readonly evaluation?: ScopeEvaluation | undefined;
  /** The groups by which its scope goes. */
  readonly scopeGroups: readonly ScopeGroup[];
  readonly timekeeper?: Timekeeper | undefined;
  /** No proof is trusted: everything is mapped and compared. */
  readonly comparesAll?: boolean | undefined;
  /** Where others wait for their turn while it is planned. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
  /** Whom the plan is about; without it, everyone. */
  readonly incrementalScope?: IncrementalScope | undefined;
  /** The only one whom the target may be asked about, among those who are linked; without it, everyone. */
  readonly only?: SourceId | undefined;
  /** Whom a person wants switched on, although their accounts were left switched off. */
  readonly wantedBack?: ReadonlySet<SourceId> | undefined;
  /** Accounts that were found lately for those whose adoption waits for a person. */
  readonly heldMatches?: ReadonlyMap<SourceId, HeldMatch> | undefined;
  /** Whether searches may be ended for those who leave. */
  readonly mayCut?: boolean | undefined;
  /** The target did not answer as it should a moment ago: only ends of access are worth another request. */
  readonly refused?: BridgeError | undefined;
  readonly store: StateView;
  /** What people decided, of all targets, as it was when the cycle was begun: a plan about some goes by nothing that came later. */
  readonly waiting: LeftDecisions['waiting'];
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
 * @throws BridgeError when the target refuses the credentials; `refused` where no access has to end
 */
export async function preparePlan(input: PrepareInput): Promise<Preparation> {
  const prepared = await prepare(input);
  // What was found a while ago may hold something else by now, or be somebody's: before it is written to it is looked for.
  const due = new Set(prepared.made.due.map(({ sourceId }) => sourceId));
  const waiting = new Map(
    [...(input.heldMatches ?? [])].filter(
      ([id, { match }]) => !due.has(id) || prepared.matches.matches.get(id) !== match,
    ),
  );
  return waiting.size < (input.heldMatches?.size ?? 0) ? prepare({ ...input, heldMatches: waiting }) : prepared;
}

async function prepare(given: PrepareInput): Promise<Preparation> {
  const { setup, store } = given;
  const whole = async (resources: readonly Resource[]): Promise<readonly Resource[]> =>
    withStandingProofs(resources, setup.target.name, given.comparesAll === true ? undefined : store, given.clock);
  const { unlinked, ...rest } = await recall(given);
  const recalled = { ...rest, unlinked: await whole(unlinked) };
  const input = await withResources(given, whole);
  const { projection, incrementalScope } = input;
  const { resources, rejected } = incrementalScope ?? projection;
  const concerned = [...resources, ...rejected, ...recalled.departures.map(({ link }) => link)];
  const quarantine = await openLedger({
    ...input,
    newcomers: recalled.unlinked,
    ids: [...concerned.map(({ sourceId }) => sourceId), ...(incrementalScope?.left ?? [])],
    isAboutEverybody: incrementalScope === undefined,
  });
  const isHurried = input.mayCut === true && endsAccess(recalled, resources, input.refused !== undefined);
  if (input.refused !== undefined && !isHurried) throw input.refused;
  const lost = await searchLost(recalled, rejected, { ...input, quarantine });
  const searched = await searchNewcomers(recalled, resources, isHurried, { ...input, quarantine });
  const { matches, successors, awaited } = searched;
  const departures = lost.departures.filter(({ link }) => !awaited.has(link.sourceId));
  const groups = await membersWithStrangers({ ...input, ...recalled, matches: matches.matches, found: lost.found });
  const learned = await learnUnknown({
    ...input,
    ...recalled,
    ...groups,
    target: setup.target,
    resources,
    leaving: departures.map(({ link }) => link),
  });
  const state = await store.target(setup.target.name);
  const known = { ...recalled, ...groups, departures, awaited, reverify: lost.reverify, state, waiting: given.waiting };
  const remarks = [builtAnewRemark(recalled, searched.likely), configurationRemark(state, setup)];
  const remark = remarks.filter((one) => one !== undefined).join('; ') || undefined;
  const made = await makePlan({ known, lost, matches, learned, successors, quarantine, remark }, input);
  return { known, matches, successors, made, quarantine, wasCut: searched.wasCut };
}

/** What the target has of those without a link, and who of them comes in the place of an entry that is gone. */
async function searchNewcomers(
  recalled: Known,
  resources: readonly Resource[],
  isHurried: boolean,
  input: PrepareInput & { readonly quarantine: QuarantineLedger },
): Promise<{
  readonly matches: Matches;
  readonly likely: PlanInput['successors'];
  readonly successors: PlanInput['successors'];
  readonly awaited: KnownNow['awaited'];
  readonly wasCut: boolean;
}> {
  const { setup, now } = input;
  const likely = await likelySuccessors(recalled, input);
  const certain = successorsIn(likely, resources, setup, recalled.mayMove);
  const unclear = await awaitedSuccessors(recalled, likely, input);
  const hurry = isHurried ? endsFirst(setup.target, input.refused !== undefined) : undefined;
  const found = await searchUnlinked({
    ...input,
    setup: hurry === undefined ? setup : { ...setup, target: hurry.target },
    unlinked: recalled.unlinked.filter(({ sourceId }) => !certain.has(sourceId)),
    gone: new Set(recalled.gone.map(({ sourceId }) => sourceId)),
    passing: accountsToPass(unclear, now),
  });
  const { successors, awaited, settled } = decideHandover(unclear, found, now);
  return {
    matches: { ...found, settled: [...found.settled, ...settled] },
    likely,
    successors: new Map([...certain, ...successors]),
    awaited,
    wasCut: hurry?.wasCut() === true,
  };
}

/** The same input with other resources. */
async function withResources(
  input: PrepareInput,
  change: (resources: readonly Resource[]) => Promise<readonly Resource[]>,
): Promise<PrepareInput> {
  const { projection, incrementalScope } = input;
  if (incrementalScope === undefined)
    return { ...input, projection: { ...projection, resources: await change(projection.resources) } };
  return { ...input, incrementalScope: { ...incrementalScope, resources: await change(incrementalScope.resources) } };
}

/** @param ofMembers leaving a group counts as well: it is access of its own, and waits behind nothing else for long */
function endsAccess(
  { departures, links, members }: Pick<Known, 'departures' | 'links' | 'members'>,
  resources: readonly Resource[],
  ofMembers: boolean,
): boolean {
  const isToEnd = ({ type, sourceId, attributes }: Resource): boolean =>
    type === 'user' && attributes.get('active') === false && links.get(sourceId)?.lifecycle === 'active';
  const isLeft = (group: Resource): boolean =>
    ofMembers && !(members.get(group.sourceId)?.isSubsetOf(new Set(group.members)) ?? true);
  return (
    departures.some(({ link }) => link.lifecycle !== 'deactivated') ||
    resources.some((resource) => isToEnd(resource) || isLeft(resource))
  );
}

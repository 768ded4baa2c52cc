import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Operation, Plan } from '../../core/model/plan.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Rejected } from '../../core/model/resource.ts';
import { countUnresolved, type UnresolvedCounts } from '../../core/mapping/unresolved.ts';
import type { ScopeEvaluation } from '../../core/mapping/evaluate-scope.ts';
import type { Projection } from '../../core/mapping/project.ts';
import { planInSteps } from '../../core/planning/build-plan.ts';
import { lookThroughStamps } from '../../core/planning/data-age.ts';
import { planIdInSteps } from '../../core/planning/plan-id.ts';
import type { PlanInput, PlannedOperations } from '../../core/planning/plan-input.ts';
import { inOrder } from '../../core/planning/stages.ts';
import { underNewNames } from '../../core/planning/successors.ts';
import type { Seats, TargetState } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { Matches } from '../match/search-unlinked.ts';
import type { QuarantineLedger } from '../quarantine/ledger.ts';
import { sha256 } from '../shared/sha256.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { inTurns } from '../shared/turns.ts';
import type { LeftDecisions } from '../../ports/decisions.ts';
import type { Clock } from '../../ports/clock.ts';
import { withRemark } from './remarks.ts';
import { marksAfter, olderDirectories, overtakenBy } from './data-marks.ts';
import type { Words } from './decisions.ts';
import { guardPlan, type GuardPlanInput } from './guard-plan.ts';
import { judgePlan, type JudgedPlan } from './judge-plan.ts';
import { hiddenEntries, type Known } from './known.ts';
import type { Learned } from './learn-unknown.ts';
import type { LostResult } from './search-lost.ts';
import { seatPlan } from './seat-plan.ts';
import { giveBack, recallUndos, type Undos } from './undo.ts';

/** What the state and the directories say, before a plan is made of it. Its links follow what is recorded later. */
export interface KnownNow extends Known {
  /** Whether those leave an adopted group whom the directory does not have in it. */
  readonly strangersLeave: boolean;
  /** Who has left, and of whom the target says that it does not have them, which cannot be believed now. */
  readonly reverify: readonly Link[];
  /** Whose departure waits until it is known whether the newcomer who may come in their place was created. */
  readonly awaited: ReadonlyMap<SourceId, SourceId>;
  readonly state: TargetState;
  /** What people decided and no cycle has taken up yet, of all targets, as it was when this cycle was begun. */
  readonly waiting: LeftDecisions['waiting'];
}

/** A plan, what of it is carried out now, and what the state has to know of it before. */
export interface MadePlan extends JudgedPlan {
  readonly plan: Plan;
  /** To be carried out now. */
  readonly due: readonly Operation[];
  /** May proceed, but failed lately: their pause is not over. */
  readonly deferred: readonly Operation[];
  /** Who waits for a seat, and what follows from their coming. */
  readonly unseated: readonly Operation[];
  /** Undefined where the target has no number of seats. */
  readonly seats: Seats | undefined;
  /** In scope, and not written for what a search on the target found, now or lately. */
  readonly unmatchable: readonly Rejected[];
  /** Links that change without a request. */
  readonly remembered: readonly Link[];
  /** Links to forget. */
  readonly forgotten: readonly Link[];
  /** Users who were compared as a whole, and of whom the target acknowledged all that is wanted. */
  readonly acknowledged: readonly SourceId[];
  /** References and members that have to wait for someone the target does not have. */
  readonly waiting: number;
  /** Whose references or members these are; undefined where some of them were not planned at all. */
  readonly incomplete: readonly SourceId[] | undefined;
  /** How much names nobody who is read, of everything that is wanted. */
  readonly unresolved: UnresolvedCounts;
  /** How far the data had come that this plan goes by. */
  readonly marks: TargetState['marks'];
}

/** Everything that was found out. */
interface Findings {
  readonly known: KnownNow;
  readonly lost: LostResult;
  readonly matches: Matches;
  readonly learned: Learned;
  readonly successors: PlanInput['successors'];
  /** Takes whose creation is held. */
  readonly quarantine: QuarantineLedger;
  /** For whoever judges a hold. */
  readonly remark: string | undefined;
}

interface MakeInput extends GuardPlanInput {
  readonly setup: TargetSetup;
  readonly readings: readonly CompleteReading[];
  readonly projection: Projection;
  /** Who is in scope, and why: for those who are given back although they are not. */
  readonly evaluation?: ScopeEvaluation | undefined;
  /** Whom a person wants switched on, although their accounts were left switched off. */
  readonly wantedBack?: ReadonlySet<SourceId> | undefined;
  readonly store: StateView;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
}

/** Works out the operations, lays them before people's decisions and the guard, and says which are due. */
export async function makePlan(findings: Findings, input: MakeInput): Promise<MadePlan> {
  const { known, lost, matches, learned, quarantine } = findings;
  const { incrementalScope, projection } = input;
  const { rejected: unmapped } = incrementalScope ?? projection;
  const { undos, ...planned } = await planWithUndos(findings, input);
  await inTurns(lookThroughStamps(input.readings), input.clock);
  const older = olderDirectories(input.readings, known.state);
  const judged = await judge(findings, planned, undos.asked, older, input);
  for (const operation of [...(judged.verdict.hold?.operations ?? []), ...judged.undone]) {
    const wasSought = operation.verb === 'create' && !matches.unsearched.has(operation.sourceId);
    if (wasSought) quarantine.heldCreation(operation);
  }
  const { due, deferred } = quarantine.divide(judged.verdict.proceed, pushedNow(judged.words, known.waiting));
  const remembered = [...known.moved, ...lost.found, ...learned.links, ...planned.remembered];
  const seated = await seatPlan(due, {
    ...input,
    ...judged,
    links: known.links,
    resources: projection.resources,
    remembered,
  });
  noteUnseated(seated.unseated, matches.unsearched, quarantine);
  return {
    plan: {
      id: await inTurns(planIdInSteps(planned.operations, sha256), input.clock),
      target: input.setup.target.name,
      operations: planned.operations,
      rejected: [...unmapped, ...matches.rejected, ...hiddenEntries(known)],
    },
    ...judged,
    verdict:
      seated.unseated.length === 0
        ? judged.verdict
        : { ...judged.verdict, proceed: [...seated.due, ...deferred].sort(inOrder) },
    ...seated,
    deferred,
    unmatchable: matches.rejected,
    remembered,
    forgotten: [...lost.ended, ...planned.forgotten],
    acknowledged: planned.acknowledged,
    waiting: planned.waiting + learned.waiting,
    incomplete: learned.waiting === 0 ? planned.incomplete : undefined,
    unresolved: countUnresolved(projection.resources),
    marks: marksAfter(input.readings, known.state.marks, older, judged),
  };
}

/** Nobody is looked for in every cycle for whom there is no seat. */
function noteUnseated(
  unseated: readonly Operation[],
  unsearched: ReadonlySet<SourceId>,
  quarantine: QuarantineLedger,
): void {
  for (const operation of unseated) {
    const wasSought =
      (operation.verb === 'create' || operation.verb === 'adopt') && !unsearched.has(operation.sourceId);
    if (wasSought) quarantine.heldCreation(operation, 'no_seat');
  }
}

/** The plan, and what people want to have back. */
async function planWithUndos(
  findings: Findings,
  input: MakeInput,
): Promise<PlannedOperations & { readonly undos: Undos }> {
  const { known } = findings;
  const { setup, evaluation, incrementalScope, store, now } = input;
  const planned = await planOf(findings, input);
  const undos =
    incrementalScope === undefined && evaluation !== undefined
      ? await recallUndos(setup.target.name, known, store, now)
      : noUndos;
  if (evaluation === undefined || undos.back.length === 0) return { ...planned, undos };
  const operations = await giveBack(planned.operations, undos.back, { ...input, ...known, evaluation });
  return { ...planned, operations, undos };
}

const noUndos: Undos = { asked: new Map(), back: [] };

async function planOf(
  { known, matches, learned, successors }: Findings,
  { setup, incrementalScope, projection, wantedBack = nobody, store, clock, now }: MakeInput,
): Promise<PlannedOperations> {
  const { rejected } = incrementalScope ?? projection;
  const planInput = {
    ...known,
    unseen: known.unseen.union(known.awaited),
    resources: learned.resources.filter(
      ({ sourceId }) => !matches.unplannable.has(sourceId) && !learned.lost.has(sourceId),
    ),
    rejected: [...rejected, ...matches.rejected],
    departures: known.departures.map((departure) => ({
      ...departure,
      link: known.links.get(departure.link.sourceId) ?? departure.link,
    })),
    matches: matches.matches,
    successors,
    bystanders: incrementalScope?.bystanders ?? nobody,
    removal: setup.removal,
    createInactive: setup.createInactive,
    reactivateAdopted: setup.policy.user.reactivateAdopted,
    wantedBack: wantedBack.union(new Set(decidedBack(setup.target.name, known))),
    recreates: setup.target.recreates,
    partsReplace: setup.target.partsReplace,
    digest: store.digest,
    now,
  };
  return inTurns(planInSteps(planInput), clock);
}

/** Of whom somebody decided that they are switched on: a decision that waits, or one that is under way. */
function decidedBack(target: string, { state, waiting }: Pick<KnownNow, 'state' | 'waiting'>): SourceId[] {
  const decided = [...waiting.filter((one) => one.target === target), ...(state.approvals ?? [])];
  return decided.flatMap(({ operations = [] }) =>
    operations.flatMap(({ verb, sourceId }) => (verb === 'reactivate' ? [sourceId] : [])),
  );
}

function judge(
  { known, matches, learned, successors, quarantine: { retries }, remark }: Findings,
  { operations }: Pick<PlannedOperations, 'operations'>,
  undos: Undos['asked'],
  older: ReadonlyMap<string, string>,
  input: MakeInput,
): Promise<JudgedPlan> {
  const { state } = known;
  const leftOut = new Set([
    ...matches.unplannable,
    ...learned.lost,
    ...known.awaited.keys(),
    ...known.reverify.map(({ sourceId }) => sourceId),
  ]);
  const age = { state, older, overtaken: overtakenBy(older, state) };
  // Nobody is counted twice, under the old name and the new one.
  const members = underNewNames(known.members, successors);
  return judgePlan(
    { ...input, ...known, members, target: input.setup.target.name, operations, undos, retries, leftOut },
    async (open, pushed) => withRemark(await guardPlan(open, pushed, { ...known, members }, age, input), remark),
  );
}

/** Whom a person wants carried out now, by what this cycle takes: their pause is over. */
function pushedNow({ approvals, done }: Words, waiting: LeftDecisions['waiting']): ReadonlySet<SourceId> {
  const pushes = new Set(
    waiting
      .filter(({ key, decision }) => (decision === 'push' || decision === 'undo') && done.includes(key))
      .map(({ holdId }) => holdId),
  );
  return new Set(
    approvals
      .filter(({ holdId }) => pushes.has(holdId))
      .flatMap(({ operations }) => operations.map(({ sourceId }) => sourceId)),
  );
}

const nobody: ReadonlySet<SourceId> = new Set();

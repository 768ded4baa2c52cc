import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { Hold, Operation, Plan } from '../core/model/plan.ts';
import type { Link } from '../core/model/link.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { coverageOf, type Coverage } from '../core/planning/coverage.ts';
import { without } from '../core/planning/decided.ts';
import type { RejectionRecord } from '../ports/decisions.ts';
import type { TargetState } from '../ports/state-records.ts';
import type { StateView } from '../ports/state-store.ts';
import type { Match } from '../core/planning/plan-input.ts';
import { checkBinding } from './bind-target.ts';
import { draftKnowing } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { recallProofs } from './plan/proofs.ts';
import { leftoversIn, type Leftover } from './quarantine/intents.ts';
import { preparePlan, type PrepareInput } from './plan/prepare-plan.ts';
import { remind } from './shared/target-notes.ts';
import type { TargetSetup } from './shared/target-setup.ts';
import type { UnreachedEntries } from './shared/unreached.ts';

/** What a cycle would do now. */
export interface PlannedTarget {
  readonly target: string;
  readonly plan: Plan;
  /** All but what a person rejected, and what waits for a seat. */
  readonly operations: readonly Operation[];
  /** Of these, what is not held. */
  readonly proceed: readonly Operation[];
  /** Who waits for a seat, and what follows from their coming. */
  readonly unseated: readonly Operation[];
  readonly seats: TargetState['seats'];
  readonly hold: Hold | undefined;
  /** A person rejected this: it stays undone until the directory shows something else. */
  readonly undone: readonly Operation[];
  readonly rejections: readonly RejectionRecord[];
  readonly waiting: number;
  /** Who had left, and whom the target does not have any more under any name. */
  readonly forgotten: readonly Link[];
  /** Who has left, and of whom nobody could find out whether the target still has them. */
  readonly reverify: readonly Link[];
  /** What requests without a clear answer may have made for somebody who has left, and was looked for in vain. */
  readonly leftovers: readonly Leftover[];
  /** Those who could not be looked for on the target: nothing is planned about them. */
  readonly unreached: readonly UnreachedEntries[];
  /** Groups, where the target has none. */
  readonly leftOut: number;
  /** How many are in scope, and what becomes of them. */
  readonly coverage: Readonly<Record<ResourceType, Coverage>>;
  /** How a person would call those who are in scope. */
  readonly names: ReadonlyMap<SourceId, string>;
  /** What accounts hold that a search on the target found for newcomers. */
  readonly found: ReadonlyMap<SourceId, Match['body']>;
}

/** The same as a cycle up to the push; writes nothing, and asks the target only about entries that are new to us. */
export async function planTarget(
  setup: TargetSetup,
  readings: readonly CompleteReading[],
  store: StateView,
  { lookUp, attempt, now, signal }: Pick<PrepareInput, 'lookUp' | 'attempt' | 'now' | 'signal'>,
): Promise<PlannedTarget> {
  checkMustSee(setup, readings);
  await checkBinding(setup, store);
  const { projection, evaluation } = await draftKnowing(
    undefined,
    readings,
    setup.definition,
    { now: () => now },
    store,
    () => recallProofs(readings, setup, store),
  );
  await remind(setup.target, store);
  const { waiting } = await store.decisions();
  const { known, matches, made } = await preparePlan({
    setup,
    readings,
    projection,
    evaluation,
    scopeGroups: evaluation.scopeGroups,
    store,
    waiting,
    lookUp,
    attempt,
    now,
    signal,
  });
  return {
    target: setup.target.name,
    plan: made.plan,
    operations: without(made.plan.operations, [...made.undone, ...made.unseated], made.context, store.digest),
    proceed: made.verdict.proceed,
    unseated: made.unseated,
    seats: made.seats,
    hold: made.verdict.hold,
    undone: made.undone,
    rejections: made.words.rejections,
    waiting: made.waiting,
    forgotten: made.forgotten,
    reverify: known.reverify,
    leftovers: leftoversIn(matches.intents.values()),
    unreached: matches.unreached,
    leftOut: matches.leftOut,
    coverage: coverageOf({
      ...projection,
      rejected: [...projection.rejected, ...made.unmatchable],
      operations: made.plan.operations,
      links: known.links,
      lacksGroups: matches.leftOut > 0,
    }),
    names: new Map([...projection.resources, ...projection.rejected].map(({ sourceId, label }) => [sourceId, label])),
    found: new Map([...matches.matches].map(([id, { body }]) => [id, body])),
  };
}

import type { Hold, Operation, Plan } from '../core/model/plan.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import { draftProjection } from '../core/mapping/project.ts';
import type { StateView } from '../ports/state-store.ts';
import { standingHold } from './hold.ts';
import { preparePlan } from './prepare-plan.ts';
import { remind } from './target-notes.ts';
import type { Attempt } from './search-unlinked.ts';
import type { TargetSetup } from './target-setup.ts';

/** What a cycle would do now. */
export interface PlannedTarget {
  readonly target: string;
  readonly plan: Plan;
  readonly proceed: readonly Operation[];
  readonly hold: Hold | undefined;
  /** Would be held, but a person rejected exactly this: it stays undone until the directory shows something else. */
  readonly undone: readonly Operation[];
  /** The approval that lets operations pass which would be held. */
  readonly usedApproval: string | undefined;
  readonly waiting: number;
}

/** The same as a cycle up to the push; writes nothing, and asks the target only about entries that are new to us. */
export async function planTarget(
  setup: TargetSetup,
  readings: readonly CompleteReading[],
  store: StateView,
  { attempt, now, signal }: { readonly attempt: Attempt; readonly now: number; readonly signal: AbortSignal },
): Promise<PlannedTarget> {
  const { projection, survey } = draftProjection(
    readings.flatMap((reading) => reading.entries),
    setup.definition,
    now,
  );
  await remind(setup.target, store);
  const prepared = await preparePlan({ setup, readings, projection, scopeGroups: survey.scopeGroups, store, attempt, now, signal });
  const hold = await standingHold(prepared, store);
  return {
    target: setup.target.name,
    plan: prepared.plan,
    proceed: prepared.verdict.proceed,
    hold,
    undone: hold === undefined ? (prepared.verdict.hold?.operations ?? []) : [],
    usedApproval: prepared.verdict.usedApproval?.planId,
    waiting: prepared.waiting,
  };
}

import { BridgeError } from '../core/model/errors.ts';
import type { Digest } from '../core/model/link.ts';
import type { Operation } from '../core/model/plan.ts';
import type { PlannedTarget } from '../cycle/plan-target.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { nothingKnown, withName, type KnownAccounts } from './known-accounts.ts';
import { planAll, type PlannedOne } from './plan-all.ts';
import { readAccounts, type UnmanagedAccounts } from './read-accounts.ts';
import { chosenTargets } from './targets.ts';

export interface PlanRequest {
  /** Of this target only. */
  readonly target?: string | undefined;
  /** Try everything again, also what failed or was not found before. */
  readonly full: boolean;
  /** List whole targets, however many accounts they have, to name everybody and those whom nobody manages. */
  readonly all: boolean;
}

/** A plan with what people want to know of those whom it concerns. */
export interface ShownPlan {
  readonly planned: PlannedTarget;
  readonly known: KnownAccounts;
  /** Undefined where the target could not be asked. */
  readonly unmanaged?: UnmanagedAccounts;
}

export interface PlanAnswer {
  /** Of which state it is; undefined where that knows of no account yet. */
  readonly lineage: string | undefined;
  /** Of that state. */
  readonly digest: Digest;
  readonly targets: readonly ShownPlan[];
  /** What is wrong with targets and directories that could not be asked. */
  readonly failures: readonly BridgeError[];
}

/** What a cycle would do now, and why. Writes nothing. */
export async function plan(app: App, request: PlanRequest, signal: AbortSignal): Promise<PlanAnswer> {
  const names = chosenTargets(app, request.target);
  const view = await app.openView();
  try {
    const { planned, failures } = await planAll(app, view, names, request.full, signal);
    const targets: ShownPlan[] = [];
    for (const one of planned) targets.push(await withAccounts(one, view, request.all, signal));
    signal.throwIfAborted();
    const lineage = (await view.linkTotals()).length === 0 ? undefined : view.lineage;
    return { lineage, digest: view.digest, targets, failures };
  } finally {
    await view.close();
  }
}

/** A target with no more than some thousand accounts is listed; a larger one only when somebody asks for it. */
const fewPages = 20;

/** Longer than this, nobody waits for old values and names. */
const patience = 30_000;

/** A plan with the names and values that only the target has. A target that fails now was told of, or needs not be: the plan stands. */
async function withAccounts(
  { setup: { target }, plan: one, isReachable }: PlannedOne,
  view: StateView,
  all: boolean,
  signal: AbortSignal,
): Promise<ShownPlan> {
  const nothing = { planned: one, known: { ...nothingKnown, names: one.names } };
  if (!isReachable) return nothing;
  try {
    const { operations } = one.plan;
    const adopted = new Set(
      operations.flatMap((operation) => (operation.verb === 'adopt' ? [operation.targetId] : [])),
    );
    const limited = all ? signal : AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    const { known, unmanaged } = await readAccounts({
      target,
      view,
      operations,
      names: one.names,
      found: one.found,
      adopted,
      worthPages: all ? Infinity : fewPages,
      signal: limited,
    });
    return { planned: withNames(one, known), known, unmanaged };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof BridgeError) && !(thrown instanceof DOMException)) throw thrown;
    return nothing;
  }
}

function withNames(planned: PlannedTarget, known: KnownAccounts): PlannedTarget {
  const named = (operations: readonly Operation[]) => operations.map((operation) => withName(operation, known));
  const { plan, operations, proceed, unseated, undone, hold } = planned;
  return {
    ...planned,
    plan: { ...plan, operations: named(plan.operations) },
    operations: named(operations),
    proceed: named(proceed),
    unseated: named(unseated),
    undone: named(undone),
    hold: hold === undefined ? undefined : { ...hold, operations: named(hold.operations) },
  };
}

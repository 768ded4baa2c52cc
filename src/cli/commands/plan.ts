import { BridgeError } from '../../core/model/errors.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { PlannedTarget } from '../../cycle/plan-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import { commandLine } from '../command-line.ts';
import { nothingKnown, withName, type KnownAccounts } from '../known-accounts.ts';
import { errorJson, planAll, type AllPlanned } from '../plan-all.ts';
import { progressObserver } from '../progress.ts';
import { readAccounts } from '../read-accounts.ts';
import { chosenTargets, interruptibleReading, withApp, type CommandContext } from '../session.ts';
import { planJson, showPlan, type PlanDisplay } from '../show-plan.ts';
import { printJson } from '../terminal.ts';
import type { SyncOptions } from './sync.ts';

export interface PlanOptions extends SyncOptions {
  /** Name everything, however much it is, and list whole targets for it. */
  readonly all?: boolean;
}

/** Prints what `sync` would do, and why; writes nothing. Exit code 0 nothing to do, 10 changes, 3 something would be held. */
export async function plan(options: PlanOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const all = options.all === true;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptibleReading(app, async (stopping) => {
      const targets = chosenTargets(app, options.target);
      const view = await app.openView();
      try {
        const { planned: unnamed, failures } = await planAll(app, view, targets, options.full, stopping);
        const planned: { readonly one: PlannedTarget; readonly display: PlanDisplay }[] = [];
        for (const plan of unnamed) planned.push(await withAccounts(plan, view, all, stopping));
        stopping.throwIfAborted();
        const call = commandLine(context);
        if (options.json)
          printJson(terminal, {
            targets: planned.map(({ one, display }) => planJson(one, display, call)),
            errors: failures.map(errorJson),
          });
        else for (const { one, display } of planned) showPlan(one, display, terminal, call);
        for (const error of failures) terminal.note(error.line);
        return exitCode(
          planned.map(({ one }) => one),
          failures,
        );
      } finally {
        await view.close();
      }
    }),
  );
}

/** A target with no more than some thousand accounts is listed; a larger one only when somebody asks for it. */
const fewPages = 20;

/** Longer than this, nobody waits for old values and names. */
const patience = 30_000;

/** A plan with the names and values that only the target has. A target that fails now was told of, or needs not be: the plan stands. */
async function withAccounts(
  { setup: { target }, plan: one, isReachable }: AllPlanned['planned'][number],
  view: StateView,
  all: boolean,
  signal: AbortSignal,
) {
  const nothing = { one, display: { known: { ...nothingKnown, names: one.names }, all } };
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
    return { one: withNames(one, known), display: { known, unmanaged, all } };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof BridgeError) && !(thrown instanceof DOMException)) throw thrown;
    return nothing;
  }
}

function withNames(planned: PlannedTarget, known: KnownAccounts): PlannedTarget {
  const named = (operations: readonly Operation[]) => operations.map((operation) => withName(operation, known));
  const { plan, operations, proceed, undone, hold } = planned;
  return {
    ...planned,
    plan: { ...plan, operations: named(plan.operations) },
    operations: named(operations),
    proceed: named(proceed),
    undone: named(undone),
    hold: hold === undefined ? undefined : { ...hold, operations: named(hold.operations) },
  };
}

function exitCode(planned: readonly PlannedTarget[], failures: readonly BridgeError[]): number {
  const [failure] = failures;
  if (failure !== undefined) return failure.exitCode;
  if (planned.some(({ hold }) => hold !== undefined)) return 3;
  return planned.some(({ proceed }) => proceed.length > 0) ? 10 : 0;
}

import { joinEntries } from '../core/directory/join-entries.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { Operation } from '../core/model/plan.ts';
import { callingNames, explainTarget, type TargetExplanation } from '../cycle/explain-target.ts';
import { readingsOf } from '../cycle/read/target-readings.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { Decider } from '../ports/decisions.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { nothingKnown, withName, type KnownAccounts } from './known-accounts.ts';
import { openUnlessLocked, pushExamined, type Examined, type Pushed } from './push-explained.ts';
import { readAccounts } from './read-accounts.ts';
import { readAll } from './read-all.ts';
import type { Ending } from './sync.ts';
import { chosenTargets } from './targets.ts';
import { idOf } from './who.ts';

export interface ExplainRequest {
  /** A DN, userName, mail address, display name, sAMAccountName, uid, group name or source id. */
  readonly who: string;
  /** On this target only. */
  readonly target?: string | undefined;
}

/** Where one person or group stands on a target, with what people want to know of others whom it concerns. */
export interface ShownExplanation {
  readonly explained: TargetExplanation;
  readonly known: KnownAccounts;
}

export interface ExplainAnswer {
  readonly targets: readonly ShownExplanation[];
  /** What is wrong with targets and directories that could not be asked. */
  readonly failures: readonly BridgeError[];
}

/** One person or group, step by step, on each target. Writes nothing. @throws BridgeError D2S_NOT_FOUND, D2S_USAGE */
export async function explain(app: App, request: ExplainRequest, signal: AbortSignal): Promise<ExplainAnswer> {
  const targets = chosenTargets(app, request.target);
  const view = await app.openView();
  try {
    const { all, failures } = await explainAll(request.who, app, view, targets, false, signal);
    return { targets: await withAllAccounts(all, view, signal), failures };
  } finally {
    await view.close();
  }
}

export interface PushRequest extends ExplainRequest {
  readonly by: Decider;
  /** Asked once, when something is due: nothing is sent unless it says so. */
  readonly isWanted: (due: readonly TargetExplanation[]) => Promise<boolean>;
  /** Told before anything is sent. */
  readonly onExplained: (answer: ExplainAnswer) => void;
}

/**
 * The same, and carries out what is due for this one alone, also what is held or was rejected. What became of it, by
 * target; nothing, where it was not wanted.
 */
export async function explainAndPush(
  app: App,
  request: PushRequest,
  ending: Ending,
): Promise<ExplainAnswer & { readonly pushed: readonly Pushed[] }> {
  const targets = chosenTargets(app, request.target);
  const store = await openUnlessLocked(app);
  const view = store ?? (await app.openView());
  try {
    const { all, failures } = await explainAll(request.who, app, view, targets, true, ending.stopping);
    const answer = { targets: await withAllAccounts(all, view, ending.stopping), failures };
    request.onExplained(answer);
    return { ...answer, pushed: await pushExamined(all, { app, view, store, ending, ...request }) };
  } finally {
    await view.close();
  }
}

async function withAllAccounts(
  all: readonly Examined[],
  view: StateView,
  signal: AbortSignal,
): Promise<ShownExplanation[]> {
  const shown: ShownExplanation[] = [];
  for (const { setup, examination } of all)
    shown.push(await withAccounts(examination.explanation, setup, view, signal));
  return shown;
}

/** With the values and names that only the target has; without them where it does not answer. */
async function withAccounts(
  one: TargetExplanation,
  { target }: TargetSetup,
  view: StateView,
  signal: AbortSignal,
): Promise<ShownExplanation> {
  const { operations, names, found } = one;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    const { known } = await readAccounts({
      target,
      view,
      operations,
      names,
      found,
      adopted: new Set(),
      worthPages: 0,
      signal: limited,
    });
    const named = (some: readonly Operation[]) => some.map((operation) => withName(operation, known));
    return {
      explained: { ...one, operations: named(operations), held: named(one.held), undone: named(one.undone) },
      known,
    };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof BridgeError) && !(thrown instanceof DOMException)) throw thrown;
    return { explained: one, known: { ...nothingKnown, names } };
  }
}

/** Longer than this, nobody waits for old values and names. */
const patience = 15_000;

/** Of each target whose directories can be read; what is wrong with the others is told beside it. */
async function explainAll(
  who: string,
  app: App,
  view: StateView,
  targets: readonly string[],
  isPush: boolean,
  signal: AbortSignal,
): Promise<{ readonly all: Examined[]; readonly failures: readonly BridgeError[] }> {
  const { setups, readings, failures } = await readAll(app, targets, { store: view, also: callingNames, signal });
  const { complete, readAt, lookUp } = readings;
  const ready = setups.flatMap((setup) => {
    const own = readingsOf(setup.definition, readings);
    return own === undefined ? [] : [{ setup, own }];
  });
  const id = await idOf(
    who,
    joinEntries([...complete.values()]),
    ready.map(({ setup }) => setup),
    view,
    { now: app.clock.now(), signal },
  ).catch((error: unknown) => {
    throw failures[0] ?? error; // whoever is not found may be in a directory that could not be read
  });
  const all: Examined[] = [];
  // One after the other: each holds everybody in memory for a while.
  for (const { setup, own } of ready) {
    const examination = await explainTarget(id, setup, own, view, { lookUp, now: app.clock.now(), signal, isPush });
    all.push({ id, setup, readAt, examination });
  }
  return { all, failures };
}

import type { SourceId } from '../core/model/entry.ts';
import { BridgeError } from '../core/model/errors.ts';
import type { LoggedEntry } from '../core/model/log-entry.ts';
import type { HeldOperation } from '../core/model/plan.ts';
import { takenAway, type TakenAway } from '../core/planning/undo.ts';
import { isUndo, undoId } from '../core/planning/undo-id.ts';
import { loggedCycles } from '../cycle/shared/logged-cycles.ts';
import type { Decider } from '../ports/decisions.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { readAll } from './read-all.ts';
import { chosenTargets } from './targets.ts';

export interface UndoRequest {
  readonly cycle: string;
  readonly target?: string | undefined;
  readonly by: Decider;
}

/** What becomes of a cycle on one target. */
export interface UndoneCycle extends Pick<TakenAway, 'others'> {
  readonly target: string;
  /** Under which it is held from then on; undefined when nothing can be given back. */
  readonly holdId: string | undefined;
  /** What gives it back, but for whom no directory has any more. */
  readonly back: readonly HeldOperation[];
  /** Of those who are to be created again: whom no directory has any more. */
  readonly unknown: readonly SourceId[];
  /** The undos that this cycle carried out, and that are taken back: what they hold is approved. */
  readonly approved: readonly string[];
  /** Whether somebody took it back before, and that still counts. */
  readonly isRepeated: boolean;
  /** How many operations the cycle carried out. */
  readonly operations: number;
}

/**
 * Takes back what a cycle took away. The decision is left in the state's folder, where a running daemon finds it at its
 * next poll, and the next `sync` when none runs. To undo an undo is to approve what it holds.
 *
 * @throws BridgeError D2S_NOT_FOUND when the log has nothing of this cycle
 */
export async function undo(app: App, { cycle, target, by }: UndoRequest, signal: AbortSignal): Promise<UndoneCycle[]> {
  const targets = chosenTargets(app, target);
  const view = await app.openView();
  try {
    const entries = (await loggedCycles(new Set([cycle]), targets, view)).get(cycle);
    if (entries === undefined) throw notLogged(cycle, target);
    const undone: UndoneCycle[] = [];
    // Everything that can fail comes before the first decision.
    for (const [name, own] of Map.groupBy(entries, (entry) => entry.target))
      undone.push(await foresee(name, own, { app, cycle, view, signal }));
    for (const one of undone) await decide(one, by, { app, view });
    return undone;
  } finally {
    await view.close();
  }
}

interface Undoing {
  readonly app: App;
  readonly cycle: string;
  readonly view: StateView;
  readonly signal: AbortSignal;
}

async function foresee(target: string, entries: readonly LoggedEntry[], undoing: Undoing): Promise<UndoneCycle> {
  const { cycle, view } = undoing;
  const { rejections = [] } = await view.target(target);
  const undos = new Set(entries.flatMap(({ cause, decision }) => (cause === 'undo' ? [decision ?? ''] : [])));
  const approved = rejections.map(({ holdId }) => holdId).filter((holdId) => isUndo({ holdId }) && undos.has(holdId));
  const taken = takenAway(entries);
  const operations = entries.filter(({ outcome }) => outcome === 'applied').length;
  const unknown = await unknownOf(target, taken.back, undoing);
  const back = withoutThem(taken.back, new Set(unknown));
  const holdId = back.length === 0 ? undefined : undoId(cycle);
  const { waiting } = await view.decisions();
  const isRepeated = [...rejections, ...waiting.filter((one) => one.target === target && one.decision === 'undo')].some(
    (one) => one.holdId === holdId,
  );
  return { target, holdId, back, others: taken.others, unknown, approved, isRepeated, operations };
}

async function decide(
  { target, holdId, approved }: UndoneCycle,
  by: Decider,
  { app, view }: Pick<Undoing, 'app' | 'view'>,
): Promise<void> {
  const at = new Date(app.clock.now()).toISOString();
  for (const one of approved) await view.decide({ target, holdId: one, decision: 'approve', at, by });
  if (holdId !== undefined) await view.decide({ target, holdId, decision: 'undo', at, by });
}

/** Whoever cannot be created again cannot join a group again. */
function withoutThem(back: readonly HeldOperation[], unknown: ReadonlySet<SourceId>): HeldOperation[] {
  return back.flatMap((one): HeldOperation[] => {
    if (unknown.has(one.sourceId)) return [];
    if (one.verb !== 'members') return [one];
    const add = one.add?.filter((id) => !unknown.has(id)) ?? [];
    return add.length === 0 ? [] : [{ ...one, add }];
  });
}

/** Reads the directories when somebody has to be created again. */
async function unknownOf(
  target: string,
  back: readonly HeldOperation[],
  { app, view, signal }: Undoing,
): Promise<SourceId[]> {
  const created = back.filter(({ verb }) => verb === 'create').map(({ sourceId }) => sourceId);
  if (created.length === 0) return [];
  const { readings, failures } = await readAll(app, [target], { store: view, signal });
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const complete = [...readings.complete.values()];
  return created.filter((id) => !complete.some(({ entries }) => entries.has(id)));
}

function notLogged(cycle: string, target: string | undefined): BridgeError {
  return new BridgeError(
    'D2S_NOT_FOUND',
    `the provisioning log has no operation of a cycle ${cycle}${target === undefined ? '' : ` on ${target}`}`,
    'copy the id from what sync prints, from cycle_finished in the log, or from dir2scim log',
  );
}

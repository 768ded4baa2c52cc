import { BridgeError } from '../core/model/errors.ts';
import { isUndo } from '../core/planning/undo-id.ts';
import type { Counted } from '../core/wording/operation-counts.ts';
import type { Decider, RejectionRecord } from '../ports/decisions.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { planAll } from './plan-all.ts';
import { chosenTargets } from './targets.ts';

export interface DecideRequest {
  readonly decision: 'approve' | 'reject';
  readonly holdId: string;
  /** Only if it is this target's. */
  readonly target?: string | undefined;
  readonly by: Decider;
}

/** What a decision is about. */
interface Subject {
  readonly target: string;
  readonly operations: readonly Counted[];
  /**
   * `held`: the last cycle held it. `planned`: a cycle would. `rejected`, `approved`: somebody decided before, and it is
   * not over.
   */
  readonly as: 'held' | 'planned' | 'rejected' | 'approved';
  readonly rejection?: RejectionRecord;
}

/** A decision that was taken, and what it is about. */
export type DecideAnswer = Subject & Pick<DecideRequest, 'decision' | 'holdId'>;

/**
 * Releases or drops what is held, or would be held now. The decision is left in the state's folder, where a running daemon
 * finds it at its next poll, and the next `sync` when none runs.
 *
 * @throws BridgeError D2S_PLAN_NOT_HELD, which names what is held
 */
export async function decide(app: App, request: DecideRequest, signal: AbortSignal): Promise<DecideAnswer> {
  const { decision, holdId, target: only, by } = request;
  const view = await app.openView();
  try {
    const targets = chosenTargets(app, only);
    if (only !== undefined) await refuseOther(view, holdId, only, [...app.configuration.targets.keys()]);
    const subject =
      (await inState(view, holdId, targets)) ?? (await inPlans(app, view, { decision, holdId, targets }, signal));
    const { target, as } = subject;
    const isSaid = (decision === 'approve' && as === 'approved') || (decision === 'reject' && as === 'rejected');
    if (!isSaid) {
      const at = new Date(app.clock.now()).toISOString();
      await view.decide({ target, holdId, decision, at, by, ...(as === 'planned' ? { early: true } : {}) });
    }
    return { ...subject, decision, holdId };
  } finally {
    await view.close();
  }
}

/** What the state knows under this id. */
async function inState(view: StateView, holdId: string, targets: readonly string[]): Promise<Subject | undefined> {
  if (!holdId.startsWith('hold-') && !isUndo({ holdId })) return undefined;
  for (const target of targets) {
    const { held, approvals = [], rejections = [] } = await view.target(target);
    if (held?.holdId === holdId) return { target, operations: held.operations, as: 'held' };
    const rejection = rejections.find((one) => one.holdId === holdId);
    if (rejection !== undefined) return { target, operations: rejection.operations, as: 'rejected', rejection };
    const approval = approvals.find((one) => one.holdId === holdId);
    if (approval !== undefined) return { target, operations: approval.operations, as: 'approved' };
  }
  return undefined;
}

/** @throws BridgeError D2S_PLAN_NOT_HELD when it is another target's */
async function refuseOther(view: StateView, holdId: string, target: string, all: readonly string[]): Promise<void> {
  const subject = await inState(view, holdId, all);
  if (subject === undefined || subject.target === target) return;
  throw new BridgeError(
    'D2S_PLAN_NOT_HELD',
    `${holdId} is a hold of ${subject.target}, not of ${target}`,
    'each target needs its own decision, with its own id',
  );
}

interface Asked {
  readonly decision: DecideRequest['decision'];
  readonly holdId: string;
  readonly targets: readonly string[];
}

/** What a cycle would hold under this id now. @throws BridgeError D2S_PLAN_NOT_HELD, which names what is or would be held */
async function inPlans(app: App, view: StateView, asked: Asked, signal: AbortSignal): Promise<Subject> {
  const { decision, holdId, targets } = asked;
  // Without a word before it, it is of an earlier version.
  if (!/^((hold|plan)-)?[0-9a-f]{12}$/.test(holdId)) {
    throw new BridgeError(
      'D2S_PLAN_NOT_HELD',
      `${holdId} is not the id of a hold (hold-…)`,
      await remedy(view, targets, new Map(), asked),
    );
  }
  const { planned, failures } = await planAll(app, view, targets, false, signal);
  const holds = new Map(
    planned.flatMap(({ plan: { target, hold } }) => (hold === undefined ? [] : [[target, hold.holdId] as const])),
  );
  for (const { plan } of planned) {
    const { target, hold } = plan;
    if (hold?.holdId === holdId) return { target, operations: hold.operations, as: 'planned' };
    if (plan.plan.id !== holdId) continue;
    const what = `${holdId} is the id of the whole plan for ${target}, not of a hold`;
    if (hold === undefined)
      throw new BridgeError('D2S_PLAN_NOT_HELD', what, 'nothing of it is held: it needs no decision');
    throw new BridgeError(
      'D2S_PLAN_NOT_HELD',
      what,
      `of it, ${hold.holdId} is held: dir2scim ${decision} ${hold.holdId}`,
    );
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const what = holdId.startsWith('plan-')
    ? `${holdId} is the id of a plan, and of none as it is now`
    : `nothing is held under ${holdId}${targets.length === 1 ? ` on ${targets.join('')}` : ''}`;
  throw new BridgeError('D2S_PLAN_NOT_HELD', what, await remedy(view, targets, holds, asked));
}

/** Names what could be meant. */
async function remedy(
  view: StateView,
  targets: readonly string[],
  planned: ReadonlyMap<string, string>,
  { decision }: Asked,
): Promise<string> {
  const known: string[] = [];
  for (const target of targets) {
    const holdId = planned.get(target) ?? (await view.target(target)).held?.holdId;
    if (holdId !== undefined) known.push(`${holdId} (${target})`);
  }
  if (known.length === 0) return `nothing is held; dir2scim status shows it`;
  return `held now: ${known.join(', ')}; look at it with dir2scim plan, then ${decision} that`;
}

import type { BridgeError } from '../core/model/errors.ts';
import type { Failure, FailureClass } from '../core/model/outcome.ts';
import type { CycleResult } from '../ports/cycle-observer.ts';
import type { CycleInput } from './cycle-input.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import { leftoversIn } from './quarantine/intents.ts';
import type { PushReport } from './push/push.ts';
import { standingTargetError, targetError } from './shared/target-error.ts';

/** What a cycle came to. An error is the target's as a whole. */
export async function judgeCycle(
  input: CycleInput,
  prepared: Preparation,
  pushed: PushReport,
): Promise<{ readonly result: CycleResult; readonly error: BridgeError | undefined }> {
  const down = pushed.stoppedBy ?? (await whatIsWrong(prepared, pushed, input));
  const error = down === undefined ? stillDown(prepared, pushed) : targetError(input.setup.target.name, down);
  return { result: error === undefined ? resultOf(pushed, prepared, input) : 'error', error };
}

/** What is wrong with a target that took nothing, could not be searched or failed on the way, and does not answer now either. */
async function whatIsWrong(
  { matches: { unreached } }: Preparation,
  { applied, failed }: PushReport,
  { setup, signal, isStopping }: CycleInput,
): Promise<Failure | undefined> {
  const isInDoubt = unreached.length > 0 || failed.some(({ failure }) => !isAnswer.has(failure.class));
  if (!isInDoubt || applied.length > 0 || isStopping()) return undefined;
  const result = await setup.target.probe(signal);
  return result.kind === 'failed' ? result.failure : undefined;
}
/** What only a target answers that is there. After `unknown` it was searched. */
const isAnswer: ReadonlySet<FailureClass> = new Set([
  'rejected',
  'conflict',
  'throttled',
  'auth',
  'renumbered',
  'unknown',
]);

/**
 * That the target did not answer when it was last asked, in a cycle that asks it for nothing because its pauses are not
 * over. One in quarantine was asked before this cycle went on with it (target-gate.ts), and answered.
 */
function stillDown(
  { known: { state }, matches: { unreached }, made, quarantine }: Preparation,
  { failed }: PushReport,
): BridgeError | undefined {
  const wasDown = state.lastResult === 'error' && state.lastError?.code === 'D2S_TARGET_UNREACHABLE';
  const waiting = made.deferred.length + quarantine.backedOff.size;
  const isAsked = made.due.length + quarantine.found.length + unreached.length + failed.length > 0;
  return !wasDown || state.quarantine !== undefined || waiting === 0 || isAsked
    ? undefined
    : standingTargetError(made.plan.target, waiting);
}

/*
 *   left undone                                       | result
 *   --------------------------------------------------+---------
 *   anything for a failure, tried now or backing off  | partial
 *   what a guard holds                                | held
 *   what was not begun, because it was stopped        | interrupted
 *   nothing                                           | success
 */
function resultOf(
  pushed: PushReport,
  { known, matches, made, quarantine }: Preparation,
  { isStopping }: CycleInput,
): CycleResult {
  const backingOff = made.deferred.length + quarantine.backedOff.size;
  const blocked = leftoversIn(matches.intents.values()).filter((one) => one.blocked !== undefined).length;
  const failed = pushed.failed.length + matches.unreached.length + known.reverify.length + blocked + backingOff;
  if (failed > 0 || (pushed.notStarted > 0 && !isStopping())) return 'partial';
  if (made.verdict.hold !== undefined) return 'held';
  return pushed.notStarted > 0 ? 'interrupted' : 'success';
}

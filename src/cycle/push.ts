import type { Failure } from '../core/model/outcome.ts';
import type { Operation } from '../core/model/plan.ts';
import { applyOperation } from './apply-operation.ts';
import type { PushContext } from './push-context.ts';
import { forEachConcurrently } from './work.ts';

export interface PushReport {
  readonly applied: readonly Operation[];
  readonly failed: readonly { readonly operation: Operation; readonly failure: Failure }[];
  /** Not started: shutting down, or the target refuses our credentials. */
  readonly notStarted: number;
  /** The failure that ended the push for the whole target. */
  readonly stoppedBy: Failure | undefined;
}

/**
 * Carries operations to the target, stage by stage, several at a time. One that fails stops no other; refused
 * credentials stop all, since every further try could only do harm (lock-outs, noise).
 *
 * @throws BridgeError when an outcome cannot be recorded: then nothing more may be sent either
 */
export async function push(operations: readonly Operation[], context: PushContext): Promise<PushReport> {
  const applied: Operation[] = [];
  const failed: { operation: Operation; failure: Failure }[] = [];
  let stoppedBy: Failure | undefined;
  let started = 0;
  const isStopped = () => stoppedBy !== undefined || context.isStopping();
  for (const stage of stagesOf(operations)) {
    await forEachConcurrently(stage, context.target.concurrency, isStopped, async (operation) => {
      started += 1;
      const failure = await applyOperation(operation, context);
      if (failure === undefined) applied.push(operation);
      else failed.push({ operation, failure });
      if (failure?.class === 'auth') stoppedBy ??= failure;
      context.observer({
        kind: 'operation_finished',
        target: context.target.name,
        type: operation.type,
        sourceId: operation.sourceId,
        verb: operation.verb,
        outcome: failure === undefined ? 'applied' : 'failed',
        failure: failure?.class,
        status: failure?.status,
        detail: failure?.detail,
        delayMilliseconds: context.clock.monotonic() - context.readAt,
      });
    });
    if (isStopped()) break;
  }
  return { applied, failed, notStarted: operations.length - started, stoppedBy };
}

function stagesOf(operations: readonly Operation[]): Operation[][] {
  const stages = new Map<number, Operation[]>();
  for (const operation of operations) {
    const stage = stages.get(operation.stage);
    if (stage === undefined) stages.set(operation.stage, [operation]);
    else stage.push(operation);
  }
  return [...stages].sort(([a], [b]) => a - b).map(([, members]) => members);
}

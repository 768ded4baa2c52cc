import type { Failure, FailureClass } from '../core/model/outcome.ts';
import type { Operation } from '../core/model/plan.ts';
import { applyOperation } from './apply-operation.ts';
import { troubleAfter } from './back-off.ts';
import { operationFingerprint } from './prepare-plan.ts';
import type { PushContext } from './push-context.ts';
import { forEachConcurrently } from './work.ts';

export interface PushReport {
  readonly applied: readonly Operation[];
  readonly failed: readonly { readonly operation: Operation; readonly failure: Failure }[];
  /** Not tried: shutting down, or the target is of no use now. */
  readonly notStarted: number;
  /** The failure that ended the push for the whole target. */
  readonly stoppedBy: Failure | undefined;
}

/** So many failures in a row without a single success between them mean that the target is down. */
const breaker = 20;
const downClasses: ReadonlySet<FailureClass> = new Set(['transient', 'throttled', 'unknown', 'protocol']);

/**
 * Carries operations to the target, stage by stage, several at a time. One that fails stops no other; but refused
 * credentials stop all (every further try could only do harm: lock-outs, noise), and so does a target that is down.
 *
 * @throws BridgeError when an outcome cannot be recorded: then nothing more may be sent either
 */
export async function push(operations: readonly Operation[], context: PushContext): Promise<PushReport> {
  const applied: Operation[] = [];
  const failed: { operation: Operation; failure: Failure }[] = [];
  let stoppedBy: Failure | undefined;
  let started = 0;
  let inARow = 0;
  const isStopped = () => stoppedBy !== undefined || context.isStopping();
  for (const stage of stagesOf(operations)) {
    await forEachConcurrently(stage, context.target.concurrency, isStopped, async (operation) => {
      started += 1;
      const failure = await applyOperation(operation, context);
      await recordTrouble(operation, failure, context);
      if (failure === undefined) applied.push(operation);
      else failed.push({ operation, failure });
      inARow = failure !== undefined && downClasses.has(failure.class) ? inARow + 1 : 0;
      if (failure !== undefined && (failure.class === 'auth' || inARow >= breaker)) stoppedBy ??= failure;
      tell(operation, failure, context);
    });
    if (isStopped()) break;
  }
  return { applied, failed, notStarted: operations.length - started, stoppedBy };
}

/** Refused credentials say nothing about the operation. */
async function recordTrouble(operation: Operation, failure: Failure | undefined, context: PushContext): Promise<void> {
  const { type, sourceId } = operation;
  const target = context.target.name;
  const previous = context.troubles.get(sourceId);
  if (failure === undefined) {
    if (previous !== undefined) await context.store.record([{ kind: 'trouble_over', target, sourceId }]);
  } else if (failure.class !== 'auth') {
    const fingerprint = operationFingerprint(operation, context.store);
    const failed = { target, type, sourceId, cause: failure.class, status: failure.status, fingerprint };
    await context.store.record([{ kind: 'trouble', trouble: troubleAfter(previous, failed, context.clock.now()) }]);
  }
}

function tell(operation: Operation, failure: Failure | undefined, context: PushContext): void {
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

import type { SourceId } from '../core/model/entry.ts';
import type { Failure, FailureClass } from '../core/model/outcome.ts';
import type { Operation } from '../core/model/plan.ts';
import { applyOperation, type Result } from './apply-operation.ts';
import { troubleAfter } from './back-off.ts';
import { joiningOf } from './joining.ts';
import type { PushContext } from './push-context.ts';
import { createNoteKeeper } from './target-notes.ts';
import { forEachConcurrently } from './work.ts';

export interface PushReport {
  readonly applied: readonly Operation[];
  readonly failed: readonly { readonly operation: Operation; readonly failure: Failure }[];
  /** How many had nothing to send, because whoever they need did not come about. */
  readonly skipped: number;
  /** Not tried: shutting down, or the target is of no use now. */
  readonly notStarted: number;
  /** The failure that ended the push for the whole target. */
  readonly stoppedBy: Failure | undefined;
}

/** So many failures in a row without a single success between them mean that the target is down. */
const breaker = 20;
const downClasses: ReadonlySet<FailureClass> = new Set(['transient', 'throttled', 'unknown', 'protocol']);

/** After these, every further request could only do harm: lock-outs, or writes to the wrong account. */
const endsAll: ReadonlySet<FailureClass> = new Set(['auth', 'renumbered']);

/**
 * Carries operations to the target, stage by stage, several at a time. One that fails stops no other; but refused
 * credentials stop all (every further try could only do harm: lock-outs, noise), and so does a target that is down.
 *
 * @throws BridgeError when an outcome cannot be recorded: then nothing more may be sent either
 */
export async function push(operations: readonly Operation[], rest: Omit<PushContext, 'joining'>): Promise<PushReport> {
  const context: PushContext = { ...rest, joining: joiningOf(operations) };
  const applied: Operation[] = [];
  const failed: { operation: Operation; failure: Failure }[] = [];
  const failedOf = new Map<SourceId, Operation[]>();
  let stoppedBy: Failure | undefined;
  let started = 0;
  let skipped = 0;
  let inARow = 0;
  const keepNotes = createNoteKeeper(context.target, context.store);
  const isStopped = () => stoppedBy !== undefined || context.isStopping();
  const fail = async (operation: Operation, failure: Failure): Promise<void> => {
    failed.push({ operation, failure });
    const own = [...(failedOf.get(operation.sourceId) ?? []), operation];
    failedOf.set(operation.sourceId, own);
    inARow = downClasses.has(failure.class) ? inARow + 1 : 0;
    if (endsAll.has(failure.class) || inARow >= breaker) stoppedBy ??= failure;
    await recordTrouble(own, failure, context);
  };
  for (const stage of stagesOf(operations)) {
    await forEachConcurrently(stage, context.target.concurrency, isStopped, async (operation) => {
      started += 1;
      const result = await applyOperation(operation, context);
      if (result === undefined) {
        applied.push(operation);
        inARow = 0;
      } else if (result === 'skipped') skipped += 1;
      else await fail(operation, result);
      tell(operation, result, context);
      await keepNotes();
    });
    if (isStopped()) break;
  }
  return { applied, failed, skipped, notStarted: operations.length - started, stoppedBy };
}

/**
 * Remembers what was tried in vain for an entry in this push. Refused credentials say nothing about it.
 *
 * @param own the entry's operations that failed, the last one with this failure
 */
async function recordTrouble(own: readonly Operation[], failure: Failure, context: PushContext): Promise<void> {
  const { store, target, troubles, fingerprints, clock } = context;
  const [first] = own;
  if (failure.class === 'auth' || first === undefined) return;
  const { type, sourceId } = first;
  const trouble = { target: target.name, type, sourceId, cause: failure.class, status: failure.status, fingerprint: fingerprints.ofOperations(own) };
  await store.record([{ kind: 'trouble', trouble: troubleAfter(troubles.get(sourceId), trouble, clock.now()) }]);
}

function tell(operation: Operation, result: Result, context: PushContext): void {
  const failure = result === 'skipped' ? undefined : result;
  context.observer({
    kind: 'operation_finished',
    target: context.target.name,
    type: operation.type,
    sourceId: operation.sourceId,
    verb: operation.verb,
    outcome: result === 'skipped' ? 'skipped' : result === undefined ? 'applied' : 'failed',
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

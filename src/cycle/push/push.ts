import type { SourceId } from '../../core/model/entry.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { Operation } from '../../core/model/plan.ts';
import { applyOperation, type OperationResult } from './apply-operation.ts';
import type { QuarantineRecord } from '../../ports/state-store.ts';
import { quarantineAfter } from '../quarantine/back-off.ts';
import { createBreaker, type GivenUp } from './breaker.ts';
import { initialMembersOf } from './initial-members.ts';
import type { PushContext } from './push-context.ts';
import { createNoteKeeper } from '../shared/target-notes.ts';
import { forEachConcurrently } from '../shared/work.ts';

export interface PushReport {
  readonly applied: readonly Operation[];
  /** Whose access has to end after all: accounts that turned up active. */
  readonly toEnd: ReadonlySet<SourceId>;
  readonly failed: readonly { readonly operation: Operation; readonly failure: Failure }[];
  /** How many had nothing to send, because whoever they need did not come about. */
  readonly skipped: number;
  /** Not tried: shutting down, or the target is of no use now. */
  readonly notStarted: number;
  /** Kinds of operations that failed so often in a row that the rest of them was not tried. */
  readonly givenUp: readonly GivenUp[];
  /** The failure that ended the push for the whole target. */
  readonly stoppedBy: Failure | undefined;
}

/**
 * Carries operations to the target, stage by stage, several at a time. One that fails stops no other; but many of one
 * kind that fail in a row end that kind, refused credentials stop all (every further try could only do harm: lock-outs,
 * noise), and so does a target that is down. Whoever failed before comes last in a stage, so that the others get a turn.
 *
 * @throws BridgeError when an outcome cannot be recorded: then nothing more may be sent either
 */
export async function push(
  operations: readonly Operation[],
  rest: Omit<PushContext, 'initialMembers' | 'claims' | 'toEnd' | 'missing'>,
): Promise<PushReport> {
  const context: PushContext = {
    ...rest,
    initialMembers: initialMembersOf(operations),
    claims: new Map(),
    toEnd: new Set(),
    missing: new Set(),
  };
  const applied: Operation[] = [];
  const failed: { operation: Operation; failure: Failure }[] = [];
  const failedOf = new Map<SourceId, Operation[]>();
  const passedOver: Operation[] = [];
  let started = 0;
  let skipped = 0;
  const breaker = createBreaker(() => context.target.probe(context.signal));
  const keepNotes = createNoteKeeper(context.target, context.store);
  const isStopped = () => breaker.stoppedBy() !== undefined || context.isStopping();
  const fail = async (operation: Operation, failure: Failure): Promise<void> => {
    failed.push({ operation, failure });
    const own = [...(failedOf.get(operation.sourceId) ?? []), operation];
    failedOf.set(operation.sourceId, own);
    await Promise.all([breaker.failed(operation, failure), recordQuarantine(own, failure, context)]);
  };
  for (const stage of stagesOf(operations, context.quarantined)) {
    await forEachConcurrently(stage, context.target.concurrency, isStopped, async (operation) => {
      // What was learned meanwhile holds for the rest.
      if (operation.verb === 'create' && context.target.takes(operation.type) !== 'all') {
        started += 1;
        skipped += 1;
        return;
      }
      if (breaker.isOpen(operation)) {
        passedOver.push(operation);
        return;
      }
      started += 1;
      const result = await applyContained(operation, context);
      if (result === undefined) {
        applied.push(operation);
        breaker.succeeded(operation);
      } else if (result === 'skipped') skipped += 1;
      else await fail(operation, result);
      tell(operation, result, context);
      await keepNotes();
    });
    if (isStopped()) break;
  }
  // Who lost more than one may have lost them all: everyone is looked at once, by the next cycle.
  if (context.missing.size > 1)
    await context.store.record([{ kind: 'content_forgotten', target: context.target.name }]);
  const givenUp = breaker.givenUp(passedOver);
  for (const { verb, type, failure, inARow, notStarted } of givenUp) {
    context.observer({
      kind: 'operations_given_up',
      target: context.target.name,
      verb,
      type,
      failure: failure.class,
      status: failure.status,
      inARow,
      notStarted,
    });
  }
  return {
    applied,
    toEnd: context.toEnd,
    failed,
    skipped,
    notStarted: operations.length - started,
    givenUp,
    stoppedBy: breaker.stoppedBy(),
  };
}

/** An answer that trips us over is a failure of the operation that it answers. What was in doubt before it was sent stays so. */
async function applyContained(operation: Operation, context: PushContext): Promise<OperationResult> {
  try {
    return await applyOperation(operation, context);
  } catch (thrown) {
    if (!isTrippedOver(thrown) || context.signal.aborted) throw thrown;
    context.observer({ kind: 'answer_unusable', target: context.target.name, thrown });
    return { class: 'protocol', detail: 'its answer cannot be worked with' };
  }
}

/** What the language throws at values that nobody expected. Whatever we throw ourselves ends the cycle. */
function isTrippedOver(thrown: unknown): boolean {
  return [TypeError, RangeError, URIError, SyntaxError].some((kind) => thrown instanceof kind);
}

/**
 * Remembers what was tried in vain for an entry in this push. Refused credentials say nothing about it.
 *
 * @param own the entry's operations that failed, the last one with this failure
 */
async function recordQuarantine(own: readonly Operation[], failure: Failure, context: PushContext): Promise<void> {
  const { store, target, quarantined, clock } = context;
  const [first] = own;
  if (failure.class === 'auth' || first === undefined) return;
  const { type, sourceId } = first;
  const quarantine = { target: target.name, type, sourceId, ...causeOf(own, failure, context) };
  await store.record([
    { kind: 'quarantine', quarantine: quarantineAfter(quarantined.get(sourceId), quarantine, clock.now()) },
  ]);
}

/** What the target refuses is tried again when the operation is another one; what is in the way, when another account would fit. */
function causeOf(
  own: readonly Operation[],
  { reason, targetId, status, class: failureClass }: Failure,
  { fingerprints }: PushContext,
): Pick<QuarantineRecord, 'cause' | 'status' | 'targetId' | 'fingerprint'> {
  const match = reason === undefined ? undefined : fingerprints.ofMatch(own[0]?.sourceId ?? '');
  return {
    cause: match === undefined ? failureClass : (reason ?? failureClass),
    status,
    targetId,
    fingerprint: match ?? fingerprints.ofOperations(own),
  };
}

function tell(operation: Operation, result: OperationResult, context: PushContext): void {
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

function stagesOf(operations: readonly Operation[], quarantined: PushContext['quarantined']): Operation[][] {
  const failedBefore = ({ sourceId }: Operation): number => (quarantined.has(sourceId) ? 1 : 0);
  const stages = Map.groupBy(operations, ({ stage }) => stage);
  return [...stages]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => members.sort((a, b) => failedBefore(a) - failedBefore(b)));
}

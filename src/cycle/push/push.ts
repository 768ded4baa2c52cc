import type { SourceId } from '../../core/model/entry.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { Operation } from '../../core/model/plan.ts';
import { applyOperation } from './apply-operation.ts';
import { stages as stageOf } from '../../core/planning/stages.ts';
import { createBreaker, type Breaker, type GivenUp } from './breaker.ts';
import { initialMembersOf } from './initial-members.ts';
import type { PushContext } from './push-context.ts';
import { createSeatCount, type SeatCount } from './seat-count.ts';
import { takenSeats } from '../shared/taken-seats.ts';
import { createNoteKeeper } from '../shared/target-notes.ts';
import { forEachConcurrently } from '../shared/work.ts';
import { failed, skipped, type OperationResult } from './operation-result.ts';

export interface PushReport {
  readonly applied: readonly Operation[];
  /** Whose access has to end after all: accounts that turned up active. */
  readonly toEnd: ReadonlySet<SourceId>;
  readonly failed: readonly { readonly operation: Operation; readonly failure: Failure }[];
  /** How many had nothing to send, because whoever they need did not come about. */
  readonly skipped: number;
  /** Of these, for whom the seat did not come free that the plan gave them. */
  readonly noSeat: readonly Operation[];
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
 * noise), and so does a target that is down; but what ends access is stopped only by what became of such. Whoever failed before comes last in a stage, so that the others get a turn.
 *
 * @throws BridgeError when an outcome cannot be recorded: then nothing more may be sent either
 */
export async function push(
  operations: readonly Operation[],
  rest: Omit<PushContext, 'initialMembers' | 'claims' | 'lists' | 'toEnd' | 'missing' | 'showsNamed'>,
): Promise<PushReport> {
  const context: PushContext = {
    ...rest,
    initialMembers: initialMembersOf(operations),
    claims: new Map(),
    lists: new Map(),
    toEnd: new Set(),
    missing: new Set(),
    showsNamed: new Set(),
  };
  const progress: Progress = { applied: [], failed: [], passedOver: [], noSeat: [], started: 0, skipped: 0 };
  const seats = createSeatCount(context.seats, operations, await seatsBefore(operations, context), context.links);
  const ends = createBreaker(() => context.target.probe(context.signal));
  const others = createBreaker(() => context.target.probe(context.signal));
  const keepNotes = createNoteKeeper(context.target, context.store);
  const isStopped = () => ends.stoppedBy() !== undefined || context.isStopping();
  for (const stage of stagesOf(operations, context)) {
    const isOver = () => isStopped() || (others.stoppedBy() !== undefined && !stage.some(endsAccess));
    await forEachConcurrently(stage, context.target.concurrency, isOver, async (operation) => {
      if (await carryOut(operation, progress, { breaker: endsAccess(operation) ? ends : others, seats }, context))
        await keepNotes();
    });
    if (isStopped()) break;
  }
  // Who lost more than one may have lost them all: everyone is looked at once, by the next cycle.
  if (context.missing.size > 1)
    await context.store.record([{ kind: 'content_forgotten', target: context.target.name }]);
  const givenUp = [ends, others].flatMap((breaker) => breaker.givenUp(progress.passedOver));
  tellGivenUp(givenUp, context);
  return {
    applied: progress.applied,
    toEnd: context.toEnd,
    failed: progress.failed,
    skipped: progress.skipped,
    noSeat: progress.noSeat,
    notStarted: operations.length - progress.started,
    givenUp,
    stoppedBy: ends.stoppedBy() ?? others.stoppedBy(),
  };
}

/** Where they are counted. */
async function seatsBefore(operations: readonly Operation[], { seats, target, store }: PushContext): Promise<number> {
  if (seats === undefined) return 0;
  return takenSeats(target.name, store, operations);
}

/**
 * What ends access is tried whatever became of the rest: that a group of a leaver cannot be changed, even for the
 * credentials, says nothing of the account.
 */
function endsAccess({ verb, stage }: Operation): boolean {
  return verb !== 'members' && stage < stageOf.leaving;
}

/** What became of the operations so far. */
interface Progress {
  readonly applied: Operation[];
  readonly failed: { readonly operation: Operation; readonly failure: Failure }[];
  /** Of a kind that is given up. */
  readonly passedOver: Operation[];
  /** For whom no seat is free. */
  readonly noSeat: Operation[];
  started: number;
  skipped: number;
}

/** @returns whether it was tried */
async function carryOut(
  operation: Operation,
  progress: Progress,
  { breaker, seats }: { readonly breaker: Breaker; readonly seats: SeatCount },
  context: PushContext,
): Promise<boolean> {
  // What was learned meanwhile holds for the rest.
  if (operation.verb === 'create' && context.target.takes(operation.type) !== 'all') {
    progress.started += 1;
    progress.skipped += 1;
    return false;
  }
  if (breaker.isOpen(operation)) {
    progress.passedOver.push(operation);
    return false;
  }
  progress.started += 1;
  const isSeated = seats.begin(operation);
  const result = isSeated ? await applyContained(operation, context) : skipped;
  if (!isSeated) progress.noSeat.push(operation);
  seats.end(operation, result);
  if (result.kind === 'applied') {
    progress.applied.push(operation);
    breaker.succeeded(operation);
  } else if (result.kind === 'skipped') progress.skipped += 1;
  else {
    const { failure } = result;
    progress.failed.push({ operation, failure });
    await Promise.all([breaker.failed(operation, failure), recordFailure(operation, failure, context)]);
  }
  tell(operation, result, context);
  return true;
}

/** Nothing is awaited before what failed is noted: operations of the same entry may fail side by side. */
async function recordFailure(operation: Operation, failure: Failure, context: PushContext): Promise<void> {
  const link = context.links.get(operation.sourceId);
  await context.store.record([
    ...context.quarantine.failed(operation, failure, context.clock.now()),
    context.logged(operation, { link, targetId: failure.targetId, failure }),
  ]);
}

/** An answer that trips us over is a failure of the operation that it answers. What was in doubt before it was sent stays so. */
async function applyContained(operation: Operation, context: PushContext): Promise<OperationResult> {
  try {
    return await applyOperation(operation, context);
  } catch (thrown) {
    if (!isTrippedOver(thrown) || context.signal.aborted) throw thrown;
    context.observer({ kind: 'answer_unusable', target: context.target.name, thrown });
    return failed({ class: 'protocol', detail: 'its answer cannot be worked with' });
  }
}

/** What the language throws at values that nobody expected. Whatever we throw ourselves ends the cycle. */
function isTrippedOver(thrown: unknown): boolean {
  return [TypeError, RangeError, URIError, SyntaxError].some((kind) => thrown instanceof kind);
}

function tell(operation: Operation, result: OperationResult, context: PushContext): void {
  const failure = result.kind === 'failed' ? result.failure : undefined;
  context.observer({
    kind: 'operation_finished',
    target: context.target.name,
    type: operation.type,
    sourceId: operation.sourceId,
    verb: operation.verb,
    outcome: result.kind,
    failure: failure?.class,
    status: failure?.status,
    detail: failure?.detail,
    delayMilliseconds: context.clock.monotonic() - context.readAt,
  });
}

function tellGivenUp(givenUp: readonly GivenUp[], { observer, target }: PushContext): void {
  for (const { verb, type, failure, inARow, notStarted } of givenUp) {
    observer({
      kind: 'operations_given_up',
      target: target.name,
      verb,
      type,
      failure: failure.class,
      status: failure.status,
      inARow,
      notStarted,
    });
  }
}

function stagesOf(operations: readonly Operation[], { quarantine }: PushContext): Operation[][] {
  const failedBefore = ({ sourceId }: Operation): number => (quarantine.before(sourceId) === undefined ? 0 : 1);
  const stages = Map.groupBy(operations, ({ stage }) => stage);
  return [...stages]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => members.sort((a, b) => failedBefore(a) - failedBefore(b)));
}

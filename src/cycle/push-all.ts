import type { CycleInput } from './cycle-input.ts';
import { isEstablished } from './shared/established.ts';
import type { IncrementalScope } from './plan/incremental-scope.ts';
import { preparePlan, type Preparation, type PrepareInput } from './plan/prepare-plan.ts';
import { push, type PushReport } from './push/push.ts';
import { createOperationLog } from './push/operation-log.ts';
import { stages } from '../core/planning/stages.ts';
import { createRemovalRecords } from './shared/removal-records.ts';

/**
 * Sends what is due. Accounts that turned up active only then, of people who shall have no access, are planned once more:
 * their access ends in the same cycle, as a removal, in sight of the guard.
 *
 * @param from what the plan was made from
 */
export async function pushAll(input: CycleInput, prepared: Preparation, from: PrepareInput): Promise<PushReport> {
  const pushed = await pushDue(input, prepared);
  // Of a plan that was reviewed, what nobody could see in it is for the next cycle.
  if (pushed.toEnd.size === 0 || pushed.stoppedBy !== undefined || input.review !== undefined) return pushed;
  const resources = from.projection.resources.filter(({ sourceId }) => pushed.toEnd.has(sourceId));
  const incrementalScope: IncrementalScope = {
    resources,
    rejected: [],
    left: [],
    bystanders: new Set(),
    unseen: new Set(),
  };
  const then = await pushDue(input, await preparePlan({ ...from, incrementalScope, now: input.clock.now() }));
  return together(pushed, then);
}

/** Access that ends, of a plan in which newcomers are missing: the rest is planned once more. */
export function pushEnds(input: CycleInput, prepared: Preparation): Promise<PushReport> {
  const due = prepared.made.due.filter(({ stage }) => stage < stages.users);
  return pushDue(input, { ...prepared, made: { ...prepared.made, due } });
}

/** Two pushes of one cycle. What the later one comes to is the last word. */
export function together(earlier: PushReport | undefined, later: PushReport): PushReport {
  if (earlier === undefined) return later;
  return {
    ...later,
    applied: [...earlier.applied, ...later.applied],
    failed: [...earlier.failed, ...later.failed],
    skipped: earlier.skipped + later.skipped,
    noSeat: [...earlier.noSeat, ...later.noSeat],
    notStarted: earlier.notStarted + later.notStarted,
    givenUp: [...earlier.givenUp, ...later.givenUp],
  };
}

function pushDue(input: CycleInput, prepared: Preparation): Promise<PushReport> {
  const { setup, clock } = input;
  const {
    known: { links, state },
    matches: { unsearched, intents, listed },
    made: { due, context, approved, words },
    quarantine,
    successors,
  } = prepared;
  return push(due, {
    ...input,
    target: setup.target,
    policy: setup.policy,
    seats: setup.seats,
    links,
    unsearched,
    intents,
    listed,
    quarantine,
    successors,
    removalsOf: createRemovalRecords(
      { target: setup.target.name, context, approved, established: isEstablished(state) },
      clock,
    ),
    logged: createOperationLog({
      cycle: input.cycle,
      target: setup.target.name,
      approvals: words.approvals,
      decided: [...(state.decided ?? []), ...words.decided],
      repaired: input.repaired,
      values: setup.logValues === true,
      digest: input.store.digest,
      clock,
    }),
    readAt: input.readings.readAt,
  });
}

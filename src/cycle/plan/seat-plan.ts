import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { PartContext } from '../../core/planning/part-context.ts';
import { seatsFor, type Seated } from '../../core/planning/seats.ts';
import type { StateView } from '../../ports/state-store.ts';
import { takenSeats } from '../shared/taken-seats.ts';
import type { TargetSetup } from '../shared/target-setup.ts';

/** How the seats of a target stand after a plan. */
export interface SeatCount {
  /** How many there are. */
  readonly of: number;
  /** How many are taken once the plan is done. */
  readonly taken: number;
  /** How many people wait for one. */
  readonly waiting: number;
}

export interface SeatPlan extends Omit<Seated, 'taken'> {
  /** Undefined where the target has no number of seats. */
  readonly seats: SeatCount | undefined;
}

interface SeatPlanInput {
  readonly setup: TargetSetup;
  readonly links: ReadonlyMap<SourceId, Link>;
  readonly resources: readonly Resource[];
  readonly context: PartContext;
  readonly store: StateView;
}

/** What of a plan goes on, where a target has no more than a number of seats. */
export async function seatPlan(
  operations: readonly Operation[],
  { setup, links, resources, context, store }: SeatPlanInput,
): Promise<SeatPlan> {
  if (setup.seats === undefined) return { due: operations, unseated: [], seats: undefined };
  const planned = new Set(operations.map(({ sourceId }) => sourceId));
  const before = await takenSeats(setup.target.name, store, (id) => planned.has(id));
  const { due, unseated, taken } = seatsFor(setup.seats, { operations, links, context, resources, taken: before });
  return { due, unseated, seats: { of: setup.seats.seats, taken, waiting: whoWaits(unseated).size } };
}

/** The people who wait for a seat. */
function whoWaits(unseated: readonly Operation[]): ReadonlySet<SourceId> {
  return new Set(
    unseated.flatMap(({ verb, type, sourceId }) =>
      type === 'user' && (verb === 'create' || verb === 'adopt' || verb === 'reactivate') ? [sourceId] : [],
    ),
  );
}

import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { PartContext } from '../../core/planning/part-context.ts';
import { comebacks } from '../../core/planning/comebacks.ts';
import { isTaken, seatsFor, type Seated } from '../../core/planning/seats.ts';
import type { Seats } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import { takenSeats } from '../shared/taken-seats.ts';
import type { TargetSetup } from '../shared/target-setup.ts';

export interface SeatPlan extends Omit<Seated, 'taken'> {
  /** Undefined where the target has no number of seats. */
  readonly seats: Seats | undefined;
}

interface SeatPlanInput {
  readonly setup: TargetSetup;
  readonly links: ReadonlyMap<SourceId, Link>;
  readonly resources: readonly Resource[];
  readonly context: PartContext;
  readonly store: StateView;
  /** Links as they were found out to be, which the state is about to remember. */
  readonly remembered: readonly Link[];
}

/** What of a plan goes on, where a target has no more than a number of seats. */
export async function seatPlan(
  operations: readonly Operation[],
  { setup, links, resources, context, store, remembered }: SeatPlanInput,
): Promise<SeatPlan> {
  if (setup.seats === undefined) return { due: operations, unseated: [], seats: undefined };
  const { name } = setup.target;
  const known = await takenSeats(name, store, operations);
  const before = known + (await takenSince(remembered, name, store));
  const { due, unseated, taken } = seatsFor(setup.seats, { operations, links, context, resources, taken: before });
  return { due, unseated, seats: { of: setup.seats.seats, taken, waiting: whoWaits(unseated).size } };
}

/** How the seats stand when a plan was carried out, and some that it gave did not come free. */
export function seatsAfter(planned: Seats | undefined, noSeat: readonly Operation[]): Seats | undefined {
  return planned && { ...planned, waiting: planned.waiting + whoWaits(noSeat).size };
}

/** How many more seats are taken than the state says, by what was found out: somebody was switched off there, or is gone. */
async function takenSince(remembered: readonly Link[], target: string, store: StateView): Promise<number> {
  const found = new Map(remembered.filter(({ type }) => type === 'user').map((link) => [link.sourceId, link]));
  const stored = await gather([...found.keys()], (ids) => store.links(target, ids));
  return [...found].reduce((sum, [id, link]) => sum + Number(isTaken(link)) - Number(isTaken(stored.get(id))), 0);
}

/** The people who wait for a seat. */
function whoWaits(unseated: readonly Operation[]): ReadonlySet<SourceId> {
  return new Set(
    unseated.flatMap(({ verb, type, sourceId }) => (type === 'user' && comebacks.has(verb) ? [sourceId] : [])),
  );
}

import type { SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { AttributeChange, Operation } from '../model/plan.ts';
import { valueOf, type Resource } from '../model/resource.ts';
import { leadOf, partsOf, type Lead } from './guard-parts.ts';
import type { PartContext } from './part-context.ts';
import { putTogether } from './put-together.ts';
import { stages } from './stages.ts';

/** How many users may be active on a target through us, because it is paid for so many; and who comes first. */
export interface SeatPolicy {
  readonly seats: number;
  /** The SCIM path of users by whose value they come, in the order of the alphabet; those without one come last. */
  readonly order: string;
}

/*
 *   operation on a user                               | seats
 *   --------------------------------------------------+------------------------------------------------
 *   create, active                                    | takes one
 *   create, inactive                                  | -
 *   reactivate, of whom the state has as switched off | takes one
 *   reactivate, of whom it has as active (in doubt)   | had one
 *   adopt an active account                           | takes one, and never waits: the target has it already
 *   adopt one that is switched off, and switch it on  | takes one
 *   adopt one that stays switched off; update         | -
 *   relink an account that is active                  | -: it passes on with it
 *   relink one that is switched off, and switch it on | takes one
 *   deactivate, delete, of whom it has as active      | frees one
 */

type Taken = Pick<Link, 'lifecycle' | 'leftDisabled'>;

/** Whether an account counts: active, and not left switched off. */
export function isTaken(link: Taken | undefined): boolean {
  return link?.lifecycle === 'active' && link.leftDisabled !== true;
}

/** By whose link an operation goes: of a relink, the account is still the one of the entry that is gone. */
export function seatHolder(operation: Operation): SourceId {
  return operation.verb === 'relink' ? operation.replaces : operation.sourceId;
}

/**
 * Whether an operation is done only when a seat is free.
 *
 * @param link of the one who has the account before it (`seatHolder`)
 */
export function waitsForSeat(operation: Operation, link: Taken | undefined): boolean {
  if (operation.type !== 'user') return false;
  if (operation.verb === 'create') return operation.attributes.get('active') !== false;
  if (operation.verb === 'adopt') return !operation.targetActive && operation.changes.some(isSwitchOn);
  if (operation.verb === 'relink') return operation.changes.some(isSwitchOn) && !isTaken(link);
  return operation.verb === 'reactivate' && !isTaken(link);
}

function isSwitchOn(change: AttributeChange): boolean {
  return change.path === 'active' && change.change === 'set' && change.value === true;
}

/** How many more seats are taken once an operation was done: 1, 0 or -1. */
export function seatsTakenBy(operation: Operation, link: Taken | undefined): number {
  if (operation.type !== 'user') return 0;
  if (operation.verb === 'adopt' && operation.targetActive) return isTaken(link) ? 0 : 1;
  if (operation.verb === 'deactivate' || operation.verb === 'delete')
    return operation.verb === 'deactivate' && operation.lookalike !== undefined ? 0 : isTaken(link) ? -1 : 0;
  return waitsForSeat(operation, link) ? 1 : 0;
}

/** A plan, divided by whether there is a seat for whom it is about. */
export interface Seated {
  /** What goes on. */
  readonly due: readonly Operation[];
  /** Who waits for a seat, and what follows from their coming. */
  readonly unseated: readonly Operation[];
  /** Seats that are taken once the plan is done. */
  readonly taken: number;
}

export interface SeatInput {
  readonly operations: readonly Operation[];
  /** Of everyone whom the plan concerns and the target has. */
  readonly links: ReadonlyMap<SourceId, Link>;
  readonly context: PartContext;
  /** How many seats are taken before the plan. */
  readonly taken: number;
  /** What the target should have, to see who comes first. */
  readonly resources: readonly Resource[];
}

/** Gives seats in their order: whoever leaves in the same plan frees theirs first. */
export function seatsFor({ seats, order }: SeatPolicy, input: SeatInput): Seated {
  const { operations, links, context } = input;
  const linkOf = (operation: Operation): Link | undefined => links.get(seatHolder(operation));
  const waiting = operations.filter((one) => waitsForSeat(one, linkOf(one)));
  // Who comes and is switched off in the same plan has had a seat in between.
  const others = operations
    .filter((one) => !waitsForSeat(one, linkOf(one)) && one.stage !== stages.deactivationsOfNewcomers)
    .reduce((sum, one) => sum + seatsTakenBy(one, linkOf(one)), input.taken);
  const free = Math.max(0, seats - others);
  if (waiting.length <= free) return { due: operations, unseated: [], taken: others + waiting.length };
  const first = inOrderOf(order, waiting, input.resources);
  const leads = new Set<Lead>(
    first
      .slice(free)
      .map(({ verb, sourceId }): Lead => `${verb === 'reactivate' ? 'reactivation' : 'arrival'} ${sourceId}`),
  );
  const due: Operation[] = [];
  const unseated: Operation[] = [];
  for (const operation of operations) {
    const parts = Map.groupBy(partsOf(operation, context), (part) => {
      const lead = leadOf(part);
      return (lead !== undefined && leads.has(lead)) || part.follows.some((one) => leads.has(one)) ? unseated : due;
    });
    for (const [share, some] of parts) for (const one of putTogether(operation, some)) share.push(one);
  }
  return { due, unseated, taken: others + free };
}

function inOrderOf(path: string, waiting: readonly Operation[], resources: readonly Resource[]): Operation[] {
  const ids = new Set(waiting.map(({ sourceId }) => sourceId));
  const values = new Map(
    resources.flatMap((resource) => {
      const value = ids.has(resource.sourceId) ? valueOf(resource, path) : undefined;
      return typeof value === 'string' || typeof value === 'number'
        ? [[resource.sourceId, String(value).toLowerCase()] as const]
        : [];
    }),
  );
  const key = ({ sourceId, label }: Operation): readonly string[] => {
    const value = values.get(sourceId);
    return [value === undefined ? '1' : '0', value ?? '', label.toLowerCase(), sourceId];
  };
  const keyed = waiting.map((operation) => ({ operation, key: key(operation) }));
  return keyed.sort((a, b) => compareAll(a.key, b.key)).map(({ operation }) => operation);
}

function compareAll(a: readonly string[], b: readonly string[]): number {
  for (const [place, one] of a.entries()) {
    const other = b[place] ?? '';
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

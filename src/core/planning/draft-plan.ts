import type { SourceId } from '../model/entry.ts';
import type { Operation } from '../model/plan.ts';
import { arrivals, comebacks } from './comebacks.ts';
import { inOrder } from './stages.ts';

/** A plan to which something is added: what it has of somebody is found without a look through all of it. */
export class DraftPlan {
  readonly #operations = new Map<SourceId, Operation[]>();
  /** Who gets a link in the plan as it was given, and the stage in which they get it. */
  readonly newcomers = new Map<SourceId, number>();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      this.add(operation);
      if (arrivals.has(operation.verb)) this.newcomers.set(operation.sourceId, operation.stage);
    }
  }

  of(id: SourceId): readonly Operation[] {
    return this.#operations.get(id) ?? [];
  }

  /** Whether somebody comes, or comes back, in this plan. */
  isComing(id: SourceId): boolean {
    return this.of(id).some(({ verb }) => comebacks.has(verb));
  }

  add(operation: Operation): void {
    const own = this.#operations.get(operation.sourceId);
    if (own === undefined) this.#operations.set(operation.sourceId, [operation]);
    else own.push(operation);
  }

  remove(operation: Operation): void {
    const rest = this.of(operation.sourceId).filter((one) => one !== operation);
    this.#operations.set(operation.sourceId, rest);
  }

  inOrder(): Operation[] {
    return [...this.#operations.values()].flat().sort(inOrder);
  }
}

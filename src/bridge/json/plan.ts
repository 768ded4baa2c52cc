import type { CommandLine } from '../command-line.ts';
import { mentionedIn, nameOf } from '../known-accounts.ts';
import type { ShownPlan } from '../plan.ts';
import { holdJson, operationsJson } from './operation.ts';

/** A plan for scripts. */
export function planJson({ planned, known, unmanaged }: ShownPlan, call: CommandLine): unknown {
  const mentioned = planned.plan.operations.flatMap((operation) => [operation.sourceId, ...mentionedIn(operation)]);
  return {
    target: planned.target,
    planId: planned.plan.id,
    inScope: planned.coverage,
    unmanaged,
    operations: operationsJson(planned.operations, known),
    names: Object.fromEntries(
      [...new Set(mentioned)]
        .flatMap((id) => [[id, nameOf(id, known)] as const])
        .filter(([, name]) => name !== undefined),
    ),
    undone: operationsJson(planned.undone, known),
    rejections: planned.rejections,
    waiting: planned.waiting,
    seats: planned.seats,
    waitsForSeat: planned.seats === undefined ? undefined : operationsJson(planned.unseated, known),
    rejected: planned.plan.rejected,
    unreached: planned.unreached,
    leftOut: planned.leftOut,
    held: planned.hold === undefined ? undefined : holdJson(planned.hold, call, known),
  };
}

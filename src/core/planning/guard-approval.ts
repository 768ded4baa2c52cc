import type { Operation } from '../model/plan.ts';
import type { GuardInput } from './guard-input.ts';

/** The approval that covers these operations: one for exactly them, or one under way that they are the rest of. */
export function approvalOf(id: string, operations: readonly Operation[], { approved, underWay }: GuardInput): string | undefined {
  if (approved.has(id)) return id;
  const rest = new Map(underWay?.operations.map((one) => [`${one.verb} ${one.sourceId}`, new Set(one.remove)]));
  const isCovered = (operation: Operation): boolean => {
    const removed = rest.get(`${operation.verb} ${operation.sourceId}`);
    return removed !== undefined && (operation.verb !== 'members' || operation.remove.every((member) => removed.has(member)));
  };
  return operations.every(isCovered) ? underWay?.planId : undefined;
}

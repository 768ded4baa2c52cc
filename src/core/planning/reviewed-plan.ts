import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Hold, Operation, Verb } from '../model/plan.ts';
import { fingerprint, type TextHash } from './plan-id.ts';

/** An operation by what it is, so that another plan can be compared with the one that a person looked at. */
export interface ReviewedOperation {
  readonly verb: Verb;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  /** Hash of what it does and to whom, values included. */
  readonly hash: string;
}

/** What a person looked at: what would be carried out, and what would be held. */
export interface ReviewedPlan {
  readonly operations: readonly ReviewedOperation[];
  readonly holdId?: string | undefined;
}

export function reviewedPlan(proceed: readonly Operation[], hold: Hold | undefined, hash: TextHash): ReviewedPlan {
  const operations = proceed.map((operation) => {
    const { verb, type, sourceId } = operation;
    return { verb, type, sourceId, hash: hash(fingerprint(operation)) };
  });
  return { operations, ...(hold === undefined ? {} : { holdId: hold.holdId }) };
}

/** How a plan differs from the one that was looked at. */
export interface PlanDifference {
  /** Would be carried out now, and was not in it, or with other values. */
  readonly added: readonly ReviewedOperation[];
  /** Was in it, and would not be carried out now. */
  readonly gone: readonly ReviewedOperation[];
  /** Something else is held. */
  readonly holdChanged: boolean;
}

/** Undefined when both are the same. The order does not count. */
export function planDifference(reviewed: ReviewedPlan, now: ReviewedPlan): PlanDifference | undefined {
  const hashes = ({ operations }: ReviewedPlan) => new Set(operations.map(({ hash }) => hash));
  const [before, after] = [hashes(reviewed), hashes(now)];
  const added = now.operations.filter(({ hash }) => !before.has(hash));
  const gone = reviewed.operations.filter(({ hash }) => !after.has(hash));
  const holdChanged = reviewed.holdId !== now.holdId;
  return added.length + gone.length === 0 && !holdChanged ? undefined : { added, gone, holdChanged };
}

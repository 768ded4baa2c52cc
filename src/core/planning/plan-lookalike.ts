import type { Link } from '../model/link.ts';
import type { Evidence, RemovalCause } from '../model/plan.ts';
import type { PlanInput, PlannedPart } from './plan-input.ts';
import { stages } from './stages.ts';
import { subject } from './subject.ts';

/**
 * Whoever has to lose access was mislaid by the target, and an account there may be theirs. It is switched off and never
 * deleted, whatever the policy: should it be somebody else's after all, it can be switched on again. What is adopted in the
 * same plan has an owner.
 */
export function planLookalike(
  link: Link,
  cause: RemovalCause,
  { matches, removal }: PlanInput,
  evidence?: Evidence,
): PlannedPart {
  const { lookalike } = link;
  if (lookalike === undefined || [...matches.values()].some(({ targetId }) => targetId === lookalike)) return {};
  const warning = removal.offIsDeletion === true ? ', and switching off is deleting there' : '';
  const reason = `the target does not have their account any more, and has ${lookalike} with the same name${warning}`;
  return {
    operations: [{ ...subject(link, reason, stages.deactivations), verb: 'deactivate', cause, evidence, lookalike }],
  };
}

import type { Link } from '../model/link.ts';
import type { Evidence, Operation, RemoveOperation } from '../model/plan.ts';
import type { PlanInput, PlannedOperations } from './plan-input.ts';
import type { Departure } from './departures.ts';
import type { Outlook } from './outlook.ts';
import { heldMembers } from './plan-members.ts';
import { stages } from './stages.ts';
import { subject } from './subject.ts';

/** What happens to someone who left, by the policy of the target. */
export function planDeparture(departure: Departure, input: PlanInput, outlook: Outlook): Partial<PlannedOperations> {
  const { link, cause, evidence } = departure;
  if (link.lifecycle === 'lost') return link.lookalike === undefined || input.removal.leaves === 'keep' ? { forgotten: [link] } : planLookalike(link, cause, input, evidence);
  const reason = cause === 'absent' ? 'no longer in the directory' : 'left the scope';
  if (link.type === 'group') return { operations: planGroupDeparture(departure, reason, input, outlook) };
  switch (input.removal.leaves) {
    case 'keep':
      return {};
    case 'delete':
      return { operations: [{ ...subject(link, reason, stages.deletions), verb: 'delete', cause, evidence }] };
    case 'deactivate':
      if (link.lifecycle === 'deactivated') return planGrace(departure, reason, input);
      return { operations: [{ ...subject(link, reason, stages.deactivations), verb: 'deactivate', cause, evidence }] };
  }
}

/**
 * Whoever has to lose access was mislaid by the target, and an account there may be theirs. It is never deleted, whatever
 * the policy: should it be somebody else's after all, it can be switched on again. Whoever is adopted has it by right.
 */
export function planLookalike(link: Link, cause: RemoveOperation['cause'], { matches }: PlanInput, evidence?: Evidence): Partial<PlannedOperations> {
  const { lookalike } = link;
  if (lookalike === undefined || [...matches.values()].some(({ targetId }) => targetId === lookalike)) return {};
  const reason = `the target does not have their account any more, and has ${lookalike} with the same name`;
  return { operations: [{ ...subject(link, reason, stages.deactivations), verb: 'deactivate', cause, evidence, lookalike }] };
}

/** Someone who is switched off already: the time to come back starts with the departure, and ends with the deletion. */
function planGrace({ link, cause, evidence }: Departure, reason: string, input: PlanInput): Partial<PlannedOperations> {
  // A departure in the future was noted while the clock was fast: the time to come back starts now.
  if (link.departedAt === undefined || Date.parse(link.departedAt) > input.now) {
    const departed: Link = { ...link, departedAt: new Date(input.now).toISOString() };
    return { remembered: [departed] };
  }
  const { deleteAfter } = input.removal;
  if (deleteAfter === undefined || Date.parse(link.departedAt) + deleteAfter > input.now) return {};
  const why = `${reason} on ${link.departedAt.slice(0, 10)}, the time to come back is over`;
  return { operations: [{ ...subject(link, why, stages.deletions), verb: 'delete', cause, evidence }] };
}

function planGroupDeparture(
  { link, cause, evidence }: Departure,
  reason: string,
  input: PlanInput,
  outlook: Outlook,
): readonly Operation[] {
  switch (input.removal.groups) {
    case 'keep':
      return [];
    case 'delete':
      return [{ ...subject(link, reason, stages.deletions), verb: 'delete', cause, evidence }];
    case 'empty': {
      const remove = [...heldMembers(link.sourceId, input, outlook)];
      if (remove.length === 0) return [];
      // Whoever comes again in this plan has to be there before they can be taken out.
      const stage = remove.every((id) => outlook.live.has(id)) ? stages.leaving : stages.joining;
      return [{ ...subject(link, reason, stage), verb: 'members', add: [], remove, cause: 'departed', evidence }];
    }
  }
}

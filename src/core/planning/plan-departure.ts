import type { Link } from '../model/link.ts';
import type { PlanInput, PlannedPart } from './plan-input.ts';
import type { Departure } from './departures.ts';
import type { Availability } from './availability.ts';
import { heldMembers } from './plan-members.ts';
import { timeToComeBack } from './policy.ts';
import { planLookalike } from './plan-lookalike.ts';
import { stages } from './stages.ts';
import { subject } from './subject.ts';

/**
 * What happens to someone who left, by the policy of the target:
 *
 *   leaves     | the directory's word, or a file | perhaps hidden
 *   -----------+---------------------------------+-------------------------------------------------------------
 *   keep       | nothing                         | nothing
 *   deactivate | switched off, deleted later     | the same
 *   delete     | deleted                         | switched off; deleted when it is proved, or has stood for long
 *
 * and the same for groups that are to be deleted: their members leave first.
 */
export function planDeparture(departure: Departure, input: PlanInput, availability: Availability): PlannedPart {
  const { link, cause, evidence } = departure;
  if (link.lifecycle === 'lost')
    return link.lookalike === undefined || input.removal.leaves === 'keep'
      ? { forgotten: [link] }
      : planLookalike(link, cause, input, evidence);
  const reason = reasonOf(departure);
  if (link.type === 'group') return planGroupDeparture(departure, reason, input, availability);
  const { leaves, offIsDeletion = false } = input.removal;
  if (leaves === 'keep') return {};
  if (leaves === 'delete' && (departure.perhapsHidden !== true || offIsDeletion)) {
    return { operations: [{ ...subject(link, reason, stages.deletions), verb: 'delete', cause, evidence }] };
  }
  if (link.lifecycle === 'deactivated') return planGrace(departure, reason, input);
  return { operations: [{ ...subject(link, reason, stages.deactivations), verb: 'deactivate', cause, evidence }] };
}

function reasonOf({ cause, perhapsHidden }: Departure): string {
  if (cause === 'left_scope') return 'left the scope';
  return perhapsHidden === true
    ? 'no longer shown by the directory (deleted, or hidden from the bind account)'
    : 'no longer in the directory';
}

/** Who has lost access already: the time to come back starts with the departure, and ends with the deletion. */
function planGrace({ link, cause, evidence }: Departure, reason: string, input: PlanInput): PlannedPart {
  // A departure in the future was noted while the clock was fast: the time to come back starts now.
  if (link.departedAt === undefined || Date.parse(link.departedAt) > input.now) {
    const departed: Link = { ...link, departedAt: new Date(input.now).toISOString() };
    return { remembered: [departed] };
  }
  const time = timeToComeBack(input.removal, link.type);
  if (time === undefined || Date.parse(link.departedAt) + time > input.now) return {};
  const why = `${reason} on ${link.departedAt.slice(0, 10)}, the time to come back is over`;
  return {
    operations: [{ ...subject(link, why, stages.deletions), verb: 'delete', cause, evidence, afterGrace: true }],
  };
}

function planGroupDeparture(
  departure: Departure,
  reason: string,
  input: PlanInput,
  availability: Availability,
): PlannedPart {
  const { link, cause, evidence } = departure;
  const { groups } = input.removal;
  if (groups === 'keep') return {};
  if (groups === 'delete' && departure.perhapsHidden !== true) {
    return { operations: [{ ...subject(link, reason, stages.deletions), verb: 'delete', cause, evidence }] };
  }
  const remove = [...heldMembers(link.sourceId, input, availability)];
  if (remove.length === 0) return groups === 'delete' ? planGrace(departure, reason, input) : {};
  // Whoever comes again in this plan has to be there before they can be taken out.
  const stage = remove.every((id) => availability.live.has(id)) ? stages.leaving : stages.joining;
  return {
    operations: [{ ...subject(link, reason, stage), verb: 'members', add: [], remove, cause: 'departed', evidence }],
  };
}

import type { CreateOperation } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import { ownStage, withoutStrangers, type Availability } from './availability.ts';
import { completeCircle, setReference, splitCircles } from './circles.ts';
import type { PlannedPart } from './plan-input.ts';
import { subject } from './subject.ts';

/** A resource that the target is to have anew: what it refers to in its own circle is sent once all of that is there. */
export function planCreation(
  resource: Resource,
  { reason, again }: Pick<CreateOperation, 'reason' | 'again'>,
  availability: Pick<Availability, 'newcomers' | 'willExist' | 'staysAway'>,
): Required<Pick<PlannedPart, 'operations' | 'waiting'>> {
  const { known, waiting } = withoutStrangers(new Map([...resource.createOnly, ...resource.attributes]), availability);
  const { now, later } = splitCircles(resource, known, availability);
  const stage = availability.newcomers.get(resource.sourceId) ?? ownStage(resource);
  const changes = later.map((path) => setReference(path, known, false));
  return {
    operations: [
      { ...subject(resource, reason, stage), verb: 'create', attributes: now, once: onceOf(resource), again },
      ...completeCircle(resource, changes),
    ],
    waiting,
  };
}

/** What is sent with a creation and not kept in step afterwards. */
function onceOf({ createOnly, attributes }: Resource): ReadonlySet<string> | undefined {
  const once = [...createOnly.keys()].filter((path) => !attributes.has(path));
  return once.length === 0 ? undefined : new Set(once);
}

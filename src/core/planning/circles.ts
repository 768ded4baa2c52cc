import { Reference, type DesiredAttributes, type Resource } from '../model/resource.ts';
import type { AttributeChange, Operation } from '../model/plan.ts';
import type { Availability } from './availability.ts';
import { stages } from './stages.ts';
import { subject } from './subject.ts';

/** Paths whose reference points into the newcomer's own circle: nobody there can come before the others. */
export function splitCircles(
  resource: Resource,
  attributes: DesiredAttributes,
  { newcomers }: Pick<Availability, 'newcomers'>,
) {
  const own = newcomers.get(resource.sourceId) ?? 0;
  const later = [...attributes]
    .filter(([, value]) => value instanceof Reference && (newcomers.get(value.id) ?? -1) >= own)
    .map(([path]) => path);
  const now: DesiredAttributes = new Map([...attributes, ...later.map((path) => [path, null] as const)]);
  return { now, later };
}

export function setReference(path: string, attributes: DesiredAttributes, had: boolean): AttributeChange {
  const value = attributes.get(path);
  return value instanceof Reference ? { path, change: 'set', value, had } : { path, change: 'clear' };
}

/** What is sent once everybody in the circle is there. */
export function completeCircle(resource: Resource, changes: readonly AttributeChange[]): Operation[] {
  if (changes.length === 0) return [];
  const reason = 'refers to someone who comes in the same plan';
  return [{ ...subject(resource, reason, stages.circularReferences), verb: 'update', changes }];
}

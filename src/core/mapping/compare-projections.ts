import type { SourceId } from '../model/entry.ts';
import { Reference, type Resource } from '../model/resource.ts';
import type { Steps } from '../model/steps.ts';
import { inOrder, type Projection } from './project.ts';
import { uncovered } from './proven-attributes.ts';

/** How one projection differs from the one before it. */
export interface ProjectionChange {
  /** Those who are wanted in another way than before, or were not wanted. */
  readonly changed: ReadonlySet<SourceId>;
  /** Those who are not wanted any more, in any way. */
  readonly left: readonly SourceId[];
}

/** Resources that are the same object, between two places where it may be interrupted. */
const unchangedBetween = 1_000;

/** Walks along both, which are in the same order: a step for each. */
export function* compareProjections(before: Projection, now: Projection): Steps<ProjectionChange> {
  // Few, and each says why it is rejected: they are looked at again every time.
  const changed = new Set(now.rejected.map(({ sourceId }) => sourceId));
  const gone = new Set(before.rejected.map(({ sourceId }) => sourceId));
  let at = 0;
  for (const resource of now.resources) {
    let other = before.resources[at];
    if (other === resource) {
      at += 1;
      if (at % unchangedBetween === 0) yield;
      continue;
    }
    yield;
    for (; other !== undefined && inOrder(other, resource) < 0; other = before.resources[at]) {
      gone.add(other.sourceId);
      at += 1;
    }
    if (other?.sourceId === resource.sourceId && other.type === resource.type) at += 1;
    else other = undefined;
    if (other === undefined || !isSameResource(other, resource)) changed.add(resource.sourceId);
  }
  for (const { sourceId } of before.resources.slice(at)) gone.add(sourceId);
  return { changed, left: gone.size === 0 ? [] : [...gone.difference(idsOf(now))] };
}

function idsOf({ resources, rejected }: Projection): ReadonlySet<SourceId> {
  return new Set([...resources, ...rejected].map(({ sourceId }) => sourceId));
}

/** Whoever was not mapped anew has the same attributes, as an object; the members of a group are listed anew each time. */
function isSameResource(one: Resource, other: Resource): boolean {
  if (one === other) return true;
  return (
    one.attributes === other.attributes &&
    one.createOnly === other.createOnly &&
    one.directory === other.directory &&
    isSameList(one.members, other.members) &&
    isSameList(one.unresolved ?? nothing, other.unresolved ?? nothing) &&
    isSameList(one.possibleMembers ?? nothing, other.possibleMembers ?? nothing)
  );
}

const nothing: readonly string[] = [];

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** Whether it refers to one of them. */
export function mentionsAny({ attributes, createOnly, members }: Resource, ids: ReadonlySet<SourceId>): boolean {
  for (const value of uncovered(attributes).values()) if (value instanceof Reference && ids.has(value.id)) return true;
  for (const value of createOnly.values()) if (value instanceof Reference && ids.has(value.id)) return true;
  return members.some((id) => ids.has(id));
}

/** Whom a resource refers to: managers and the like, and members. */
export function mentionsOf({ attributes, createOnly, members }: Resource): SourceId[] {
  const references = [...uncovered(attributes).values(), ...createOnly.values()].flatMap((value) =>
    value instanceof Reference ? [value.id] : [],
  );
  return [...references, ...members];
}

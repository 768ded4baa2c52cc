import type { SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import { Reference, type DesiredAttributes, type Resource } from '../model/resource.ts';
import type { Steps } from '../model/steps.ts';
import { uncovered } from '../mapping/proven-attributes.ts';
import type { PlanInput } from './plan-input.ts';
import { digestAttributes, type TargetIdOf } from './diff.ts';
import { levelsInSteps, stages } from './stages.ts';

/** Who the target has, and who it will have once the plan is done: what references and memberships depend on. */
export interface Availability {
  /** Links of those whom the target has now. */
  readonly live: ReadonlyMap<SourceId, Link>;
  /** Those who get a link in this plan, created or adopted, and the stage in which they get it. */
  readonly newcomers: ReadonlyMap<SourceId, number>;
  /** Of those whom the target has, linked or matched. */
  readonly targetIdOf: TargetIdOf;
  readonly willExist: (id: SourceId) => boolean;
  /** Whether nobody waits for them: inactive in the directory, and so never created. */
  readonly staysAway: (id: SourceId) => boolean;
  /** Who of those that depart, or are not seen, is behind a reference that the target acknowledged, by its digest. */
  readonly absentBehind: (path: string, acknowledged: string | undefined) => SourceId | undefined;
}

export function* createAvailability(input: PlanInput): Steps<Availability> {
  const live = new Map<SourceId, Link>();
  for (const [id, link] of input.links) {
    if (link.lifecycle !== 'lost') live.set(id, link);
    yield;
  }
  const wanted = new Set<SourceId>();
  const arriving: Resource[] = [];
  const references = new Map<SourceId, readonly SourceId[]>();
  for (const resource of input.resources) {
    yield;
    const { sourceId, type } = resource;
    wanted.add(sourceId);
    if (live.has(sourceId)) continue;
    if (!input.matches.has(sourceId) && type !== 'group' && !isActive(resource) && !input.createInactive) continue;
    arriving.push(resource);
    references.set(sourceId, referencesOf(resource));
  }
  const level = yield* levelsInSteps(references);
  const newcomers = new Map<SourceId, number>();
  for (const resource of arriving) {
    newcomers.set(resource.sourceId, ownStage(resource) + (level.get(resource.sourceId) ?? 0));
    yield;
  }
  return {
    live,
    newcomers,
    targetIdOf: (id) => live.get(id)?.targetId ?? input.matches.get(id)?.targetId,
    willExist: (id) => live.has(id) || newcomers.has(id),
    staysAway: (id) => (wanted.has(id) || input.bystanders.has(id)) && !live.has(id) && !newcomers.has(id),
    absentBehind: findInvisible(input),
  };
}

/** Digests of references to those whom nobody shows, made once for each path: a mass departure must not cost its square. */
function findInvisible({ departures, unseen = new Set(), links, digest }: PlanInput): Availability['absentBehind'] {
  const invisible = [...departures.map(({ link }) => link), ...[...unseen].flatMap((id) => links.get(id) ?? [])];
  const known = new Map<string, ReadonlyMap<string, SourceId>>();
  const leaversAt = (path: string): ReadonlyMap<string, SourceId> => {
    const leavers =
      known.get(path) ??
      new Map(
        invisible.flatMap((link) =>
          Object.values(
            digestAttributes(new Map([[path, new Reference(link.sourceId)]]), digest, () => link.targetId),
          ).map((text) => [text, link.sourceId] as const),
        ),
      );
    known.set(path, leavers);
    return leavers;
  };
  return (path, acknowledged) => (acknowledged === undefined ? undefined : leaversAt(path).get(acknowledged));
}

/** Whoever is not said to be inactive is active. */
export function isActive(resource: Pick<Resource, 'attributes'>): boolean {
  return resource.attributes.get('active') !== false;
}

/** The first stage for a type of resource. */
export function ownStage(resource: Pick<Resource, 'type'>): number {
  return resource.type === 'group' ? stages.groups : stages.users;
}

/** The stage for a change: its type's own, or the one after the last newcomer that it refers to. */
export function stageAfter(
  resource: Pick<Resource, 'type'>,
  values: Iterable<unknown>,
  availability: Availability,
): number {
  let stage = ownStage(resource);
  for (const value of values) {
    if (value instanceof Reference) stage = Math.max(stage, (availability.newcomers.get(value.id) ?? -1) + 1);
  }
  return stage;
}

/** Attributes without the references to those whom the target will not have, and how many these are. */
export function withoutStrangers(
  attributes: DesiredAttributes,
  availability: Pick<Availability, 'willExist' | 'staysAway'>,
) {
  const strangers: string[] = [];
  let waiting = 0;
  for (const [path, value] of uncovered(attributes)) {
    if (!(value instanceof Reference) || availability.willExist(value.id)) continue;
    strangers.push(path);
    if (!availability.staysAway(value.id)) waiting += 1;
  }
  if (strangers.length === 0) return { known: attributes, waiting: 0 };
  const known: DesiredAttributes = new Map([...attributes, ...strangers.map((path) => [path, null] as const)]);
  return { known, waiting };
}

/** Whom a resource refers to. */
export function referencesOf(resource: Resource): SourceId[] {
  return [...resource.attributes.values(), ...resource.createOnly.values()].flatMap((value) =>
    value instanceof Reference ? [value.id] : [],
  );
}

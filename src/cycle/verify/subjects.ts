import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import { Reference, type Rejected, type Resource } from '../../core/model/resource.ts';
import type { Projection } from '../../core/mapping/project.ts';
import { isActive } from '../../core/planning/availability.ts';
import type { StateView } from '../../ports/state-store.ts';
import { besides, gather } from '../shared/batches.ts';

/** A resource that the target has as far as we know, with what should be there. */
export interface Subject {
  readonly link: Link;
  /** Undefined: it is not wanted (any more), or cannot be mapped; then only whether it is active is compared. */
  readonly resource: Resource | undefined;
  /** The directory shows it in scope. */
  readonly isInScope: boolean;
  /** Whether it is wanted active; undefined: nobody says. */
  readonly active: boolean | undefined;
  /** The target must have it: it is wanted, and was active when it was last heard of. */
  readonly mustBeThere: boolean;
  readonly label: string;
}

/** Who is wanted, to find subjects by their ids. */
export interface Wanted {
  readonly resources: ReadonlyMap<SourceId, Resource>;
  readonly rejected: ReadonlyMap<SourceId, Rejected>;
}

export function wantedIn({ resources, rejected }: Projection): Wanted {
  return {
    resources: new Map(resources.map((resource) => [resource.sourceId, resource])),
    rejected: new Map(rejected.map((one) => [one.sourceId, one])),
  };
}

/** Undefined for a link of something that the target is known to have lost. */
export function subjectOf(link: Link, { resources, rejected }: Wanted): Subject | undefined {
  if (link.lifecycle === 'lost') return undefined;
  const resource = resources.get(link.sourceId);
  const refused = resource === undefined ? rejected.get(link.sourceId) : undefined;
  const isInScope = resource !== undefined || refused !== undefined;
  const active = resource === undefined ? (refused === undefined ? false : refused.active) : isActive(resource);
  return {
    link,
    resource,
    isInScope,
    active: link.type === 'group' ? undefined : active,
    mustBeThere: isInScope && active !== false && link.lifecycle === 'active',
    label: resource?.label ?? refused?.label ?? link.sourceId,
  };
}

/** How many links are asked for at once. */
const batchSize = 500;

/** Everybody of a type whom the target should have, or had, in batches; those who are wanted in the order of their ids. */
export async function* subjectsOf(
  type: ResourceType,
  wanted: Wanted,
  target: string,
  directories: ReadonlySet<string>,
  store: StateView,
): AsyncGenerator<readonly Subject[]> {
  const ids = [...wanted.resources.values(), ...wanted.rejected.values()]
    .filter((one) => one.type === type)
    .map(({ sourceId }) => sourceId)
    .sort();
  const subjects = (links: Iterable<Link>): Subject[] =>
    [...links].flatMap((link) => (link.type === type ? (subjectOf(link, wanted) ?? []) : []));
  for (let at = 0; at < ids.length; at += batchSize)
    yield subjects((await store.links(target, ids.slice(at, at + batchSize))).values());
  const all = [...wanted.resources.keys(), ...wanted.rejected.keys()];
  for await (const links of besides(all, store, (marks) => marks.unmarkedLinks(target, directories)))
    yield subjects(links);
}

/** The links of everybody whom these resources refer to. */
export async function linksReferredTo(
  subjects: readonly Subject[],
  target: string,
  store: StateView,
): Promise<ReadonlyMap<SourceId, Link>> {
  const ids = new Set<SourceId>();
  for (const { resource } of subjects)
    for (const value of resource?.attributes.values() ?? []) if (value instanceof Reference) ids.add(value.id);
  return gather([...ids], (batch) => store.links(target, batch));
}

import type { SourceId } from '../core/model/entry.ts';
import type { Link } from '../core/model/link.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { Resource } from '../core/model/resource.ts';
import { mentionsOf } from '../core/mapping/compare-projections.ts';
import type { Projection } from '../core/mapping/project.ts';
import { findDepartures, type Departure } from '../core/planning/departures.ts';
import { isActive } from '../core/planning/outlook.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import { gather } from './batches.ts';
import type { Focus } from './focus.ts';

/** What the state knows about those whom a projection concerns. */
export interface Known {
  /** Of everyone who is wanted, has departed, or is a member of a group that is concerned. */
  readonly links: Map<SourceId, Link>;
  readonly departures: readonly Departure[];
  /** Links of entries that are gone from the directories, now or since long: somebody may have come in their place. */
  readonly gone: readonly Link[];
  /** Acknowledged members of every linked group that is wanted or has departed. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** Wanted, and not on the target as far as we know. */
  readonly unlinked: readonly Resource[];
}

/**
 * Asks the state for links, departures and members.
 *
 * @param target one that creates again whoever was deactivated has lost those who come back
 * @param focus whom it is about; without it, everyone
 */
export async function recall(
  { name: target, recreates }: Pick<ScimTarget, 'name' | 'recreates'>,
  projection: Projection,
  readings: readonly CompleteReading[],
  store: StateView,
  focus: Focus | undefined,
): Promise<Known> {
  const { resources, rejected } = focus ?? projection;
  const wanted = [...resources, ...rejected].map(({ sourceId }) => sourceId);
  const links = await gather(wanted, (ids) => store.links(target, ids));
  for (const { sourceId, attributes } of recreates ? resources : []) {
    const link = links.get(sourceId);
    if (link?.lifecycle === 'deactivated' && isActive({ attributes })) links.set(sourceId, { ...link, lifecycle: 'lost' });
  }
  const departures: Departure[] = [];
  if (focus === undefined) {
    departures.push(...(await allDepartures(target, projection, readings, store)));
  } else if (focus.left.length > 0) {
    const left = await gather(focus.left, (ids) => store.links(target, ids));
    departures.push(...findDepartures(readings, [...left.values()]));
  }
  for (const { link } of departures) links.set(link.sourceId, link);
  const isNew = ({ sourceId }: Resource): boolean => !links.has(sourceId);
  const gone = focus === undefined || !focus.resources.some(isNew) ? departures : await allDepartures(target, projection, readings, store);
  for (const { link } of gone) if (!links.has(link.sourceId)) links.set(link.sourceId, link);
  const members = new Map<SourceId, ReadonlySet<SourceId>>();
  for (const link of links.values()) {
    if (link.type === 'group') members.set(link.sourceId, new Set(await store.members(target, link.sourceId)));
  }
  // Among everyone there are no strangers but among the members.
  const strangers = new Set<SourceId>(focus?.resources.flatMap(mentionsOf).filter((id) => !links.has(id)));
  for (const ids of [...members.values(), ...[...links.values()].map(({ unsettled = [] }) => unsettled)]) {
    for (const id of ids) if (!links.has(id)) strangers.add(id);
  }
  for (const [id, link] of await gather([...strangers], (ids) => store.links(target, ids))) links.set(id, link);
  const unlinked = resources.filter(({ sourceId }) => (links.get(sourceId)?.lifecycle ?? 'lost') === 'lost');
  return { links, departures, gone: gone.filter(({ cause }) => cause === 'absent').map(({ link }) => link), members, unlinked };
}

/** Everyone who has a link and is not wanted. */
async function allDepartures(target: string, { resources, rejected }: Projection, readings: readonly CompleteReading[], store: StateView): Promise<Departure[]> {
  const directories = new Set(readings.map(({ directory }) => directory));
  const wanted = new Set([...resources, ...rejected].map(({ sourceId }) => sourceId));
  const departures: Departure[] = [];
  for await (const batch of store.unseen(target, directories, wanted)) departures.push(...findDepartures(readings, batch));
  return departures;
}

import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Rejected, Resource } from '../../core/model/resource.ts';
import type { Steps } from '../../core/model/steps.ts';
import { mentionsOf } from '../../core/mapping/compare-projections.ts';
import type { Projection } from '../../core/mapping/project.ts';
import { findDepartures, type Departure } from '../../core/planning/departures.ts';
import { isActive } from '../../core/planning/availability.ts';
import type { PlanInput } from '../../core/planning/plan-input.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateView } from '../../ports/state-store.ts';
import { besides, gather } from '../shared/batches.ts';
import { confirmDepartures } from './confirm-departures.ts';
import type { IncrementalScope } from './incremental-scope.ts';
import type { LookUpAbsent } from '../../ports/directory-source.ts';
import { findOrphans, type Orphans } from './orphans.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { inTurns } from '../shared/turns.ts';

/** What the state knows about those whom a projection concerns. */
export interface Known {
  /** Of everyone who is wanted, has departed, or is a member of a group that is concerned. */
  readonly links: Map<SourceId, Link>;
  readonly departures: readonly Departure[];
  /** Linked, shown by no reading, and there all the same: nothing is known of them but that they have not left. */
  readonly unseen: ReadonlySet<SourceId>;
  /** Links of those who have access, and of whom the directory shows what it showed before, because they cannot be read any more. */
  readonly unreadable: readonly Link[];
  /** Links of entries that are gone from the directories, now or since long: somebody may have come in their place. */
  readonly gone: readonly Link[];
  /** Acknowledged members of every linked group that is wanted or has departed. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** Links that belong to another directory than they did, because it was renamed in the configuration. */
  readonly moved: readonly Link[];
  readonly mayMove: PlanInput['mayMove'];
  /** Wanted, and not on the target as far as we know. */
  readonly unlinked: readonly Resource[];
}

/** Whose members are asked for at once: each may have thousands. */
const groupsAtOnce = 200;

export interface RecallInput {
  readonly setup: Pick<TargetSetup, 'target' | 'removal' | 'definition'>;
  readonly projection: Projection;
  readonly readings: readonly CompleteReading[];
  readonly store: StateView;
  /** Whom it is about; without it, everyone. */
  readonly incrementalScope?: IncrementalScope | undefined;
  readonly lookUp: LookUpAbsent;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Asks the state for links, departures and members, and the directories for those who depart because they are not shown. */
export async function recall(input: RecallInput): Promise<Known> {
  const { setup, projection, readings, store, incrementalScope } = input;
  const { name: target } = setup.target;
  const { resources } = incrementalScope ?? projection;
  const links = await linksOfWanted(input);
  const { departures, left, orphans } = await whoLeft(input);
  for (const link of left) links.set(link.sourceId, link);
  const unseen = unseenAmong(left, departures, input);
  const gone = await goneNow(departures, unseen, links, input);
  for (const { link } of gone) if (!links.has(link.sourceId)) links.set(link.sourceId, link);
  const groups = [...links.values()].filter(({ type }) => type === 'group').map(({ sourceId }) => sourceId);
  const acknowledged = await gather(groups, (ids) => store.members(target, ids), groupsAtOnce);
  const members = await inTurns(membersById(groups, acknowledged), input.clock);
  const others = await inTurns(mentionedBesides(links, members, incrementalScope), input.clock);
  for (const [id, link] of await gather([...others], (ids) => store.links(target, ids))) links.set(id, link);
  const unread = new Set(orphans.left.map(({ sourceId }) => sourceId));
  return {
    links,
    departures,
    unseen,
    unreadable: [...(await gather(unreadableIds(readings), (ids) => store.links(target, ids))).values()],
    gone: gone.filter(({ link, cause }) => cause === 'absent' && !unread.has(link.sourceId)).map(({ link }) => link),
    members,
    moved: orphans.moved,
    mayMove: movesIn(setup.definition, readings, orphans),
    unlinked: resources.filter(({ sourceId }) => (links.get(sourceId)?.lifecycle ?? 'lost') === 'lost'),
  };
}

function wantedIds({ projection, incrementalScope }: RecallInput): SourceId[] {
  const { resources, rejected } = incrementalScope ?? projection;
  return [...resources, ...rejected].map(({ sourceId }) => sourceId);
}

async function linksOfWanted(input: RecallInput): Promise<Map<SourceId, Link>> {
  const { setup, projection, store, incrementalScope } = input;
  const { name: target, recreates } = setup.target;
  const links = await gather(wantedIds(input), (ids) => store.links(target, ids));
  // A target that creates again whoever was deactivated has lost those who come back.
  for (const { sourceId, attributes } of recreates ? (incrementalScope ?? projection).resources : []) {
    const link = links.get(sourceId);
    if (link?.lifecycle === 'deactivated' && isActive({ attributes }))
      links.set(sourceId, { ...link, lifecycle: 'lost' });
  }
  return links;
}

/** Who is linked and not wanted any more, and what is known of their leaving. */
async function whoLeft(
  input: RecallInput,
): Promise<{ readonly departures: readonly Departure[]; readonly left: readonly Link[]; readonly orphans: Orphans }> {
  const { setup, projection, readings, store, incrementalScope, lookUp, now } = input;
  const target = setup.target.name;
  const orphans: Orphans =
    incrementalScope === undefined
      ? await findOrphans(target, new Set(wantedIds(input)), readings, store)
      : { moved: [], left: [], heirs: new Map() };
  const left: Link[] =
    incrementalScope === undefined
      ? [...(await linksLeft(target, projection, readings, store)), ...orphans.moved]
      : [...(await gather(incrementalScope.left, (ids) => store.links(target, ids))).values()];
  const found = findDepartures(readings, left);
  const departures = [
    ...(await confirmDepartures(found, { removal: setup.removal, now }, lookUp)),
    ...orphans.left.map((link) => ({ link, cause: 'absent' }) as const),
  ];
  return { departures, left: [...left, ...orphans.left], orphans };
}

/** Linked, not wanted, and there all the same. */
function unseenAmong(left: readonly Link[], departures: readonly Departure[], input: RecallInput): Set<SourceId> {
  const departed = new Set(departures.map(({ link }) => link.sourceId));
  const wanted = new Set(wantedIds(input));
  return new Set(
    [...left.map(({ sourceId }) => sourceId), ...(input.incrementalScope?.unseen ?? [])].filter(
      (id) => !departed.has(id) && !wanted.has(id),
    ),
  );
}

/** Who has departed, now or before: with an incremental scope, the others are asked for where somebody is new. */
async function goneNow(
  departures: readonly Departure[],
  unseen: ReadonlySet<SourceId>,
  links: ReadonlyMap<SourceId, Link>,
  { setup, projection, readings, store, incrementalScope }: RecallInput,
): Promise<readonly Departure[]> {
  const hasNewcomers = incrementalScope?.resources.some(({ sourceId }) => !links.has(sourceId)) === true;
  if (!hasNewcomers) return departures;
  const left = await linksLeft(setup.target.name, projection, readings, store);
  return findDepartures(readings, left).filter(({ link }) => !unseen.has(link.sourceId));
}

/** Members as sets, group by group. */
function* membersById(
  groups: readonly SourceId[],
  acknowledged: ReadonlyMap<SourceId, Iterable<SourceId>>,
): Steps<Map<SourceId, ReadonlySet<SourceId>>> {
  const members = new Map<SourceId, ReadonlySet<SourceId>>();
  for (const id of groups) {
    members.set(id, new Set(acknowledged.get(id)));
    yield;
  }
  return members;
}

/** Who is mentioned by those above, and none of them. Among everyone these are members alone. */
function* mentionedBesides(
  links: ReadonlyMap<SourceId, Link>,
  members: Known['members'],
  incrementalScope: IncrementalScope | undefined,
): Steps<Set<SourceId>> {
  const { unseen = [], resources = [] } = incrementalScope ?? {};
  const mentioned = new Set([...unseen, ...resources.flatMap(mentionsOf)].filter((id) => !links.has(id)));
  const add = (ids: Iterable<SourceId>): void => {
    for (const id of ids) if (!links.has(id)) mentioned.add(id);
  };
  for (const ids of members.values()) {
    add(ids);
    yield;
  }
  for (const { unsettled } of links.values()) {
    if (unsettled !== undefined) add(unsettled);
    yield;
  }
  return mentioned;
}

/** Between which directories an entry may move without anybody's word; one that is not read any more hands over to its heir. */
function movesIn(
  { overlap }: TargetSetup['definition'],
  readings: readonly CompleteReading[],
  { heirs }: Orphans,
): Known['mayMove'] {
  const read = new Set(readings.map(({ directory }) => directory));
  return (from, to) => overlap === 'allowed' || (!read.has(from) && heirs.get(from) === to);
}

/** Those who have access and are there, although no reading shows them. */
export function hiddenEntries({
  unseen,
  unreadable,
  links,
}: Pick<Known, 'unseen' | 'unreadable' | 'links'>): Rejected[] {
  return [...[...unseen].map((id) => links.get(id)), ...unreadable].flatMap((link): Rejected[] => {
    if (link?.lifecycle !== 'active') return [];
    const { sourceId } = link;
    const text =
      'the directory has this entry and does not show it, or not enough of it, to the bind account; the account stays as it is';
    return [
      {
        sourceId,
        directory: link.directory,
        type: link.type,
        label: sourceId,
        active: undefined,
        reasons: [{ code: 'hidden_entry', text }],
      },
    ];
  });
}

function unreadableIds(readings: readonly CompleteReading[]): SourceId[] {
  return readings.flatMap(({ entries }) => [...entries.unreadable()]);
}

/** Everyone who has a link and is not wanted. */
async function linksLeft(
  target: string,
  { resources, rejected }: Projection,
  readings: readonly CompleteReading[],
  store: StateView,
): Promise<Link[]> {
  const directories = new Set(readings.map(({ directory }) => directory));
  const wanted = [...resources, ...rejected].map(({ sourceId }) => sourceId);
  const left: Link[] = [];
  for await (const batch of besides(wanted, store, (marks) => marks.unmarkedLinks(target, directories)))
    for (const link of batch) left.push(link);
  return left;
}

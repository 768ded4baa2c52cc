import { joinEntries } from '../core/directory/join-entries.ts';
import { grantsOf, standingOf, type Grant, type Standing } from '../core/access/grants.ts';
import { parseDn } from '../core/directory/dn.ts';
import type { Draft } from '../core/mapping/project.ts';
import { mapEntry } from '../core/mapping/map-entry.ts';
import { mapsByDirectory } from '../core/mapping/ready-map.ts';
import type { Entry, SourceId } from '../core/model/entry.ts';
import type { Link, TargetId } from '../core/model/link.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { Resource } from '../core/model/resource.ts';
import type { HeldOperation } from '../core/model/plan.ts';
import { timeToComeBack, type RemovalPolicy } from '../core/planning/policy.ts';
import type { TargetState } from '../ports/state-records.ts';
import type { LinkCounts, StateView } from '../ports/state-store.ts';
import { draftKnowing } from './plan/clean-cycles.ts';
import { checkMustSee } from './plan/must-see.ts';
import { passedTime } from './shared/passed-time.ts';
import { gather } from './shared/batches.ts';
import type { AccessTimes } from './access-times.ts';
import type { TargetSetup } from './shared/target-setup.ts';

/** One account of a person on a target. Holds personal data: for people who ask, never stored or logged. */
export interface AccessRow {
  readonly target: string;
  readonly sourceId: SourceId;
  readonly targetId: TargetId;
  readonly directory: string;
  /** How the directory calls the person; undefined where it does not show them. */
  readonly person: string | undefined;
  /** The name by which they log in, as the map has it; undefined where the directory does not show them. */
  readonly login: string | undefined;
  /** As the target acknowledged it, counted like `status`. `left_disabled`: it was switched off when it was adopted, and stays so. */
  readonly state: 'active' | 'left_disabled' | 'deactivated' | 'lost';
  readonly origin: Link['origin'];
  readonly standing: Standing;
  /** What gives the access. Nothing: nobody is in scope by it, or it is not known. */
  readonly grants: readonly Grant[];
  /** Of an active account that nothing gives: why it is there all the same. */
  readonly remains: 'held' | 'rejected' | 'kept' | 'due' | undefined;
  /** Since when they have access, or had it last; as far back as the provisioning log is kept (ISO 8601). */
  readonly since: string | undefined;
  /** When they lost it. */
  readonly ended: string | undefined;
  /** When whoever has left is due to be deleted: the time to come back is over then. */
  readonly deleteAt: string | undefined;
  /** Groups that they are in on the target. */
  readonly groups: readonly GroupName[];
}

export interface GroupName {
  readonly sourceId: SourceId;
  /** Undefined where the directory does not show it. */
  readonly label: string | undefined;
}

/** Who has what on a target. */
export interface TargetAccess {
  readonly target: string;
  /** Users, as `status` counts them. */
  readonly counts: LinkCounts['user'];
  readonly rows: readonly AccessRow[];
  /** Whether the directories could be read: otherwise there are ids, states and times alone. */
  readonly isComplete: boolean;
}

export interface AccessInput {
  readonly target: string;
  readonly removal: RemovalPolicy;
  /** Undefined: the directories could not be read. */
  readonly directories: Directories | undefined;
  readonly times: AccessTimes;
  readonly store: StateView;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the directories of a target say. */
export interface Directories {
  readonly setup: TargetSetup;
  readonly entries: ReadonlyMap<SourceId, Entry>;
  readonly draft: Draft;
  readonly resources: ReadonlyMap<SourceId, Resource>;
}

/**
 * What readings say about everybody.
 *
 * @throws BridgeError when they cannot be believed, or do not tell who is in scope
 */
export async function surveyDirectories(
  setup: TargetSetup,
  readings: readonly CompleteReading[],
  store: StateView,
  now: number,
): Promise<Directories> {
  checkMustSee(setup, readings);
  const draft = await draftKnowing(undefined, readings, setup.definition, { now: () => now }, store);
  const entries = joinEntries(readings);
  const { owners } = draft.evaluation;
  return {
    setup,
    draft,
    entries: new Map(Iterator.from(entries).map((entry) => [entry.id, owners.get(entry.id) ?? entry])),
    resources: new Map(draft.projection.resources.map((resource) => [resource.sourceId, resource])),
  };
}

/** Every account of a person that the state knows on a target. Asks the target for nothing. */
export async function accessOn(input: AccessInput): Promise<TargetAccess> {
  const { target, store, directories } = input;
  const totals = (await store.linkTotals()).filter((total) => total.target === target);
  const links: Link[] = [];
  for await (const batch of store.linksFrom(target, new Set(totals.map(({ directory }) => directory))))
    for (const link of batch) links.push(link);
  const groupsOf = await membershipsOf(links, input);
  const rowOf = await rowMaker(input, groupsOf);
  const rows = links.filter(({ type }) => type === 'user').map(rowOf);
  return {
    target,
    counts: (await store.counts(target)).user,
    rows: rows.sort(byName),
    isComplete: directories !== undefined,
  };
}

/** By source id: the groups in which the target has them. */
async function membershipsOf(
  links: readonly Link[],
  { target, store, directories }: AccessInput,
): Promise<ReadonlyMap<SourceId, readonly GroupName[]>> {
  const groups = links.filter(({ type, lifecycle }) => type === 'group' && lifecycle !== 'lost');
  const held = new Map<SourceId, GroupName[]>();
  const members = await gather(
    groups.map(({ sourceId }) => sourceId),
    (ids) => store.members(target, ids),
  );
  for (const [sourceId, ids] of members) {
    const group = { sourceId, label: labelOf(sourceId, directories) };
    for (const id of ids) {
      const known = held.get(id);
      if (known === undefined) held.set(id, [group]);
      else known.push(group);
    }
  }
  for (const list of held.values()) list.sort((a, b) => compare(a.label ?? a.sourceId, b.label ?? b.sourceId));
  return held;
}

async function rowMaker(
  { target, removal, directories, times, store, now }: AccessInput,
  groupsOf: ReadonlyMap<SourceId, readonly GroupName[]>,
): Promise<(link: Link) => AccessRow> {
  const state = await store.target(target);
  const time = passedTime(target, state, now, removal, undefined);
  const waiting = waitingIn(state);
  return (link) => {
    const { sourceId, targetId, directory, origin, departedAt } = link;
    const own = stateOf(link);
    const entry = directories?.entries.get(sourceId);
    const standing =
      directories === undefined
        ? 'unknown'
        : standingOf(entry, directories.draft.evaluation, directories.resources.get(sourceId));
    const grants =
      directories === undefined || entry === undefined ? [] : grantsOf(entry, directories.draft.evaluation);
    const isGiven = standing !== 'out_of_scope' && standing !== 'not_read' && standing !== 'inactive';
    const { given, ended } = times.of(target, sourceId);
    const grace = timeToComeBack(removal, 'user');
    return {
      target,
      sourceId,
      targetId,
      directory,
      person: entry === undefined ? undefined : nameOf(entry),
      login: labelOf(sourceId, directories),
      state: own,
      origin,
      standing,
      grants,
      remains: own !== 'active' || isGiven ? undefined : whyLeft(sourceId, waiting, removal),
      since: given ?? link.createdAt,
      ended: own === 'deactivated' ? (ended ?? departedAt) : undefined,
      deleteAt:
        own !== 'deactivated' || departedAt === undefined || grace === undefined
          ? undefined
          : new Date(now + grace - time.seenSince(departedAt)).toISOString(),
      groups: groupsOf.get(sourceId) ?? [],
    };
  };
}

function stateOf({ lifecycle, leftDisabled }: Link): AccessRow['state'] {
  return lifecycle === 'active' && leftDisabled === true ? 'left_disabled' : lifecycle;
}

interface Waiting {
  readonly held: ReadonlySet<SourceId>;
  readonly rejected: ReadonlySet<SourceId>;
}

/** Whose access would end, but for a person who has not decided yet, or decided otherwise. */
function waitingIn({ held, rejections = [] }: TargetState): Waiting {
  const ends = (operations: readonly HeldOperation[]) =>
    operations.filter(({ verb }) => verb === 'deactivate' || verb === 'delete').map(({ sourceId }) => sourceId);
  return {
    held: new Set(ends(held?.operations ?? [])),
    rejected: new Set(rejections.flatMap(({ operations }) => ends(operations))),
  };
}

function whyLeft(id: SourceId, { held, rejected }: Waiting, { leaves }: RemovalPolicy): AccessRow['remains'] {
  if (held.has(id)) return 'held';
  if (rejected.has(id)) return 'rejected';
  return leaves === 'keep' ? 'kept' : 'due';
}

/** How the target calls an entry, as the map has it: also one that is out of scope by now. */
function labelOf(id: SourceId, directories: Directories | undefined): string | undefined {
  if (directories === undefined) return undefined;
  const { setup, draft, resources, entries } = directories;
  const resource = resources.get(id);
  if (resource !== undefined) return resource.label;
  const entry = entries.get(id);
  if (entry === undefined) return undefined;
  const mapped = mapEntry(entry, mapsByDirectory(setup.definition)(entry.directory, entry.type), draft.evaluation);
  return mapped.kind === 'resource' ? mapped.resource.label : mapped.rejected.label;
}

/** How people call somebody: a name that is one, else the first value of the DN. */
function nameOf({ attributes, dn }: Entry): string {
  const [name] = ['displayname', 'cn', 'name'].flatMap((attribute) => attributes.get(attribute) ?? []);
  return typeof name === 'string' ? name : (parseDn(dn)?.[0]?.[0]?.value ?? dn);
}

/** By name, those without one last. */
function byName(a: AccessRow, b: AccessRow): number {
  if ((a.person === undefined) !== (b.person === undefined)) return a.person === undefined ? 1 : -1;
  return compare(a.person ?? '', b.person ?? '') || compare(a.sourceId, b.sourceId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

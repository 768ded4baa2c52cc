import type { Entry, SourceId } from '../model/entry.ts';
import { BridgeError } from '../model/errors.ts';
import { eachInSteps, inOneGo, type Steps } from '../model/steps.ts';
import type { NestedGroups } from './definition.ts';
import type { DirectoryIndex } from './directory-index.ts';
import type { EntryTable } from './entry-table.ts';
import { createMembership, type Membership } from './membership.ts';
import { concealedMembers, isSilent, createMemberReader } from './member-values.ts';
import { linkPrimaryGroups, type PrimaryMembers } from './primary-group.ts';
import { RowSet } from './row-set.ts';
import type { Sees } from './visibility.ts';

/** What a target should see in a group. */
export interface GroupContent {
  /** In a fixed order. */
  readonly members: SourceId[];
  /** Values that name nobody who is read, as the directory has them; where groups are flattened, also those of the groups in it. */
  readonly unresolved: readonly string[];
  /** Whom these may mean. In a fixed order. */
  readonly possible: readonly SourceId[];
  /** The attribute with members that is not shown, of the group or, where groups are flattened, of one in it. */
  readonly concealed?: string | undefined;
}

/** The groups around an entry. */
export interface Surroundings {
  readonly direct: readonly Entry[];
  /** Only through other groups. */
  readonly indirect: readonly Entry[];
}

/** Who belongs to which group: as the groups themselves say, and through primary groups. Groups may contain each other in circles. */
export interface GroupGraph {
  /**
   * Everyone in the group with this DN, directly or through other groups. The DN of a scope names one group: the one in
   * the directory where it was found before, else in the first of the target's directories that has it.
   * @throws BridgeError D2S_SCOPE_GROUP_MISSING when no reading has such a group: nobody may depart for that; or
   * D2S_SCOPE_GROUP_UNREADABLE when nothing tells who is in it
   */
  readonly everyoneIn: (dn: string) => Membership;
  /** Finds everyone in the groups with these DNs, so that asking for them takes no time. */
  readonly open: (dns: readonly string[]) => Steps<void>;
  /** Everyone in each of the groups that were asked for, by DN. */
  readonly asked: () => ReadonlyMap<string, Membership>;
  /** The groups in which an entry is: those that name it, and those in which these are. Looks through all groups. */
  readonly groupsOf: (entry: Entry) => Surroundings;
  /** @param isWanted asked by row */
  readonly contentInSteps: (
    group: Entry,
    nested: NestedGroups,
    isWanted: (row: number) => boolean,
  ) => Steps<GroupContent>;
}

/**
 * @param index of entries in the order of the target's directories
 * @param homes the directory in which a group of the scope was found before, by DN
 */
export function* linkGroups(index: DirectoryIndex, sees: Sees, homes: ReadonlyMap<string, string>): Steps<GroupGraph> {
  const { table } = index;
  const direct = createDirectMembers(index, sees, yield* linkPrimaryGroups(table));
  const found = new Map<string, Membership | BridgeError>();
  const asked = new Map<string, Membership>();
  const lookFor = function* (dn: string): Steps<Membership | BridgeError> {
    const everyone = found.get(dn) ?? (yield* findEveryone(dn, homes.get(dn), { index, direct, sees }));
    found.set(dn, everyone);
    return everyone;
  };
  const everyoneIn = (dn: string): Membership => {
    const known = asked.get(dn);
    if (known !== undefined) return known;
    const everyone = inOneGo(lookFor(dn));
    if (everyone instanceof BridgeError) throw everyone;
    asked.set(dn, everyone);
    return everyone;
  };
  return {
    everyoneIn,
    asked: () => new Map(asked),
    groupsOf: (entry) => findGroupsOf(entry, table, direct),
    *open(dns) {
      if (dns.length > 0) yield* index.makeKeys();
      for (const dn of dns) yield* lookFor(dn);
    },
    contentInSteps: (group, nested, isWanted) => findContent(group, nested, isWanted, { table, direct }),
  };
}

/** Who is in a group without going through other groups, by row. Each group is looked into once. */
interface DirectMembers {
  readonly of: (group: number) => Rows;
  /** Looks into groups, and into those in them, that were not looked into yet. */
  readonly open: (groups: readonly number[], isDeep: boolean) => Steps<void>;
  /** The values that name nobody, in each group that was looked into and has any. */
  readonly unresolved: ReadonlyMap<number, readonly string[]>;
  /** Whom these values may mean, in groups that were looked into; with those in the groups that they may mean. */
  readonly possible: (opened: readonly number[], isDeep: boolean) => Steps<ReadonlySet<number>>;
  /** All rows beneath some groups, each group looked into once. */
  readonly reach: (start: readonly number[]) => Steps<readonly number[]>;
}

type Rows = readonly number[] | Uint32Array;

function createDirectMembers(index: DirectoryIndex, sees: Sees, primaryMembers: PrimaryMembers): DirectMembers {
  const { table } = index;
  const reader = createMemberReader(index, sees);
  const unresolved = new Map<number, readonly string[]>();
  const members = new Map<number, Uint32Array>();
  const alike = new Map<number, ReadonlySet<number>>();
  const lookInto = function* (group: number): Steps<Uint32Array> {
    const known = members.get(group);
    if (known !== undefined) return known;
    const named = yield* reader.membersInSteps(table.entry(group));
    const primary = primaryMembers(group);
    const found = new Uint32Array(named.rows.length + primary.length);
    found.set(named.rows);
    found.set(primary, named.rows.length);
    members.set(group, found);
    if (named.unresolved.length > 0) unresolved.set(group, named.unresolved);
    return found;
  };
  const membersOf = (group: number): Rows => members.get(group) ?? inOneGo(lookInto(group));
  /** Whom the values of a group that name nobody may mean. */
  const lookAlike = function* (group: number): Steps<ReadonlySet<number>> {
    const known = alike.get(group);
    if (known !== undefined) return known;
    const values = unresolved.get(group);
    if (values === undefined) return nobody;
    const found = new Set<number>();
    yield* eachInSteps(values, (value) => {
      for (const row of reader.findAlike(value)) found.add(row);
    });
    alike.set(group, found);
    return found;
  };
  const open = function* (groups: readonly number[], isDeep: boolean): Steps<void> {
    const opened = new Set(groups);
    const take = (row: number): void => {
      if (isDeep && table.isGroup(row)) opened.add(row);
    };
    for (const group of opened) {
      yield* eachInSteps(yield* lookInto(group), take);
      yield* eachInSteps(yield* lookAlike(group), take);
    }
  };
  const reach = createReach(table, membersOf);
  const possible = function* (opened: readonly number[], isDeep: boolean): Steps<ReadonlySet<number>> {
    if (unresolved.size === 0) return nobody;
    const meant = new Set<number>();
    for (const one of opened) for (const row of yield* lookAlike(one)) meant.add(row);
    if (!isDeep) return meant;
    const groups = [...meant].filter((row) => table.isGroup(row));
    return new Set([...meant, ...(yield* reach(groups))]);
  };
  return { of: membersOf, open, unresolved, possible, reach };
}

/**
 * @param before the directory in which the group was found before
 * @returns the error where there is no such group, or nobody can tell who is in it
 */
function* findEveryone(
  dn: string,
  before: string | undefined,
  { index, direct, sees }: { readonly index: DirectoryIndex; readonly direct: DirectMembers; readonly sees: Sees },
): Steps<Membership | BridgeError> {
  const { table } = index;
  const isGroup = (row: number): boolean => table.isGroup(row);
  const alike = index.findAll(dn).filter(isGroup);
  const [first] = alike;
  const other = first === undefined ? undefined : table.directory(first);
  const home = before ?? other;
  const groups = alike.filter((row) => table.directory(row) === home);
  if (home === undefined || groups.length === 0) return missing(dn, home, other);
  yield* direct.open(groups, true);
  const reached = yield* direct.reach(groups);
  const opened = [...groups, ...reached.filter(isGroup)];
  const silent = opened.find((group) => direct.of(group).length === 0 && isSilent(table.entry(group)));
  if (silent !== undefined) return unreadable(dn);
  return yield* createMembership(home, reached, yield* direct.possible(opened, true), { table, sees });
}

function* findContent(
  group: Entry,
  nested: NestedGroups,
  isWanted: (row: number) => boolean,
  { table, direct }: { readonly table: EntryTable; readonly direct: DirectMembers },
): Steps<GroupContent> {
  const isFlat = nested === 'flatten';
  const own = table.rowOf(group);
  if (own === undefined) throw new Error(`group ${group.id} is not in the table`);
  yield* direct.open([own], isFlat);
  const all = isFlat ? yield* direct.reach([own]) : direct.of(own);
  const wanted: number[] = [];
  const opened = [own];
  let concealed = concealedMembers(group);
  yield* eachInSteps(all, (row) => {
    if (isFlat && table.isGroup(row)) {
      opened.push(row);
      concealed ??= concealedMembers(table.entry(row));
    }
    if (row !== own && (nested === 'keep' || !table.isGroup(row)) && isWanted(row)) wanted.push(row);
  });
  const members = yield* idsInOrder(wanted, group.id, table);
  const values = new Set<string>();
  if (direct.unresolved.size > 0)
    for (const one of opened) yield* eachInSteps(direct.unresolved.get(one) ?? none, (value) => values.add(value));
  if (values.size === 0) return { members, unresolved: none, possible: none, concealed };
  const possible = new Set<SourceId>();
  for (const row of yield* direct.possible(opened, isFlat)) possible.add(table.id(row));
  return { members, unresolved: [...values], possible: [...possible.difference(new Set(members))].sort(), concealed };
}

/** Each id once, but for that of the group itself. Rows of one type are in the order of their ids, within a directory. */
function* idsInOrder(rows: readonly number[], group: SourceId, table: EntryTable): Steps<SourceId[]> {
  const ids: SourceId[] = [];
  yield* eachInSteps(Uint32Array.from(rows).sort(), (row) => ids.push(table.id(row)));
  ids.sort();
  return ids.filter((id, at) => id !== group && id !== ids[at - 1]);
}

function findGroupsOf(entry: Entry, table: EntryTable, members: DirectMembers): Surroundings {
  const holding = new Map<SourceId, number[]>();
  for (const group of table.groups) {
    const own = table.id(group);
    for (const row of members.of(group)) {
      const id = table.id(row);
      if (id === own) continue;
      const known = holding.get(id);
      if (known === undefined) holding.set(id, [group]);
      else known.push(group);
    }
  }
  const direct = new Set(holding.get(entry.id));
  const reached = new Set(direct);
  for (const group of reached) for (const around of holding.get(table.id(group)) ?? []) reached.add(around);
  const indirect = [...reached].filter((group) => !direct.has(group) && table.id(group) !== entry.id);
  return { direct: [...direct].map((row) => table.entry(row)), indirect: indirect.map((row) => table.entry(row)) };
}

/** Shared: nearly all groups have none. */
const none: readonly string[] = [];
const nobody: ReadonlySet<number> = new Set();

/** With sets of rows that are used again: there are many groups, and a set is as large as the directory. */
function createReach(table: EntryTable, membersOf: (group: number) => Rows): DirectMembers['reach'] {
  const free: RowSet[] = [];
  return function* (start) {
    const seen = free.pop() ?? new RowSet(table.length);
    const found: number[] = [];
    const opened = new Set(start);
    for (const group of opened) {
      yield* eachInSteps(membersOf(group), (row) => {
        if (!seen.add(row)) return;
        found.push(row);
        if (table.isGroup(row)) opened.add(row);
      });
    }
    seen.clear(found);
    free.push(seen);
    return found;
  };
}

function missing(dn: string, home: string | undefined, other: string | undefined): BridgeError {
  const elsewhere = `directory ${home} does not have such a group any more (one of that name in ${other} is another group)`;
  return new BridgeError(
    'D2S_SCOPE_GROUP_MISSING',
    `the scope asks for members of ${dn}, and ${other === undefined ? 'no directory has such a group' : elsewhere}: everyone in it would seem to have left`,
    'correct the DN, or include the group in the bases and the filter of groups',
  );
}

function unreadable(dn: string): BridgeError {
  return new BridgeError(
    'D2S_SCOPE_GROUP_UNREADABLE',
    `the scope asks for members of ${dn}, and nothing in it or in the groups in it tells who they are (a posixGroup without memberUid, or a groupOfURLs whose members the server does not list): everyone in it would seem to have left`,
    'let the bind account read memberUid, have the server list the members of dynamic groups (slapo-dynlist), or name another group',
  );
}

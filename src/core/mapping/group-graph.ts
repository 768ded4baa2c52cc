import type { EntryList } from '../model/entries.ts';
import type { Entry, SourceId } from '../model/entry.ts';
import { BridgeError } from '../model/errors.ts';
import { eachInSteps, inOneGo, type Steps } from '../model/steps.ts';
import type { NestedGroups } from './definition.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { createMembership, type Membership } from './membership.ts';
import { concealedMembers, isSilent, createMemberReader } from './member-values.ts';
import { linkPrimaryGroups } from './primary-group.ts';
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
  readonly contentInSteps: (
    group: Entry,
    nested: NestedGroups,
    isWanted: (entry: Entry) => boolean,
  ) => Steps<GroupContent>;
}

/**
 * @param entries those of the index, in the order of the target's directories
 * @param homes the directory in which a group of the scope was found before, by DN
 */
export function linkGroups(
  index: DirectoryIndex,
  entries: EntryList,
  sees: Sees,
  homes: ReadonlyMap<string, string>,
): GroupGraph {
  const direct = createDirectMembers(index, entries, sees);
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
    groupsOf: (entry) => findGroupsOf(entry, entries, direct),
    *open(dns) {
      if (dns.length > 0) yield* index.makeKeys();
      for (const dn of dns) yield* lookFor(dn);
    },
    contentInSteps: (group, nested, isWanted) => findContent(group, nested, isWanted, direct),
  };
}

/** Who is in a group without going through other groups. Each group is looked into once. */
interface DirectMembers {
  readonly of: (group: Entry) => readonly Entry[];
  /** Looks into groups, and into those in them, that were not looked into yet. */
  readonly open: (groups: readonly Entry[], isDeep: boolean) => Steps<void>;
  /** The values that name nobody, in each group that was looked into and has any. */
  readonly unresolved: ReadonlyMap<Entry, readonly string[]>;
  /** Whom these values may mean, in groups that were looked into; with those in the groups that they may mean. */
  readonly possible: (opened: readonly Entry[], isDeep: boolean) => Steps<ReadonlySet<Entry>>;
}

function createDirectMembers(index: DirectoryIndex, entries: EntryList, sees: Sees): DirectMembers {
  const primaryMembers = linkPrimaryGroups(entries);
  const reader = createMemberReader(index, entries, sees);
  const unresolved = new Map<Entry, readonly string[]>();
  const members = new Map<Entry, readonly Entry[]>();
  const alike = new Map<Entry, ReadonlySet<Entry>>();
  const lookInto = function* (group: Entry): Steps<readonly Entry[]> {
    const known = members.get(group);
    if (known !== undefined) return known;
    const named = yield* reader.membersInSteps(group);
    const found = [...named.entries, ...primaryMembers(group)];
    members.set(group, found);
    if (named.unresolved.length > 0) unresolved.set(group, named.unresolved);
    return found;
  };
  const membersOf = (group: Entry): readonly Entry[] => members.get(group) ?? inOneGo(lookInto(group));
  /** Whom the values of a group that name nobody may mean. */
  const lookAlike = function* (group: Entry): Steps<ReadonlySet<Entry>> {
    const known = alike.get(group);
    if (known !== undefined) return known;
    const values = unresolved.get(group);
    if (values === undefined) return nobody;
    const found = new Set<Entry>();
    yield* eachInSteps(values, (value) => {
      for (const entry of reader.findAlike(value)) found.add(entry);
    });
    alike.set(group, found);
    return found;
  };
  const open = function* (groups: readonly Entry[], isDeep: boolean): Steps<void> {
    const opened = new Set(groups);
    const take = (one: Entry): void => {
      if (isDeep && isGroup(one)) opened.add(one);
    };
    for (const group of opened) {
      yield* eachInSteps(yield* lookInto(group), take);
      yield* eachInSteps(yield* lookAlike(group), take);
    }
  };
  const possible = function* (opened: readonly Entry[], isDeep: boolean): Steps<ReadonlySet<Entry>> {
    if (unresolved.size === 0) return nobody;
    const meant = new Set<Entry>();
    for (const one of opened) for (const entry of yield* lookAlike(one)) meant.add(entry);
    if (!isDeep) return meant;
    return new Set([...meant, ...(yield* reach([...meant].filter(isGroup), membersOf))]);
  };
  return { of: membersOf, open, unresolved, possible };
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
  const alike = index.findAll(dn).filter(isGroup);
  const home = before ?? alike[0]?.directory;
  const groups = alike.filter(({ directory }) => directory === home);
  if (home === undefined || groups.length === 0) return missing(dn, home, alike[0]?.directory);
  yield* direct.open(groups, true);
  const reached = yield* reach(groups, direct.of);
  const opened = [...groups, ...[...reached].filter(isGroup)];
  const silent = opened.find((group) => direct.of(group).length === 0 && isSilent(group));
  if (silent !== undefined) return unreadable(dn);
  return yield* createMembership(home, reached, yield* direct.possible(opened, true), sees);
}

function* findContent(
  group: Entry,
  nested: NestedGroups,
  isWanted: (entry: Entry) => boolean,
  direct: DirectMembers,
): Steps<GroupContent> {
  const isFlat = nested === 'flatten';
  yield* direct.open([group], isFlat);
  const all = isFlat ? [...(yield* reach([group], direct.of))] : direct.of(group);
  const ids = new Set<SourceId>();
  let concealed = concealedMembers(group);
  yield* eachInSteps(all, (entry) => {
    if (isFlat && isGroup(entry)) concealed ??= concealedMembers(entry);
    if (entry.id !== group.id && (entry.type === 'user' || nested === 'keep') && isWanted(entry)) ids.add(entry.id);
  });
  const members = [...ids].sort();
  const opened = direct.unresolved.size === 0 ? [] : [group, ...(isFlat ? all.filter(isGroup) : [])];
  const values = new Set<string>();
  for (const one of opened) yield* eachInSteps(direct.unresolved.get(one) ?? none, (value) => values.add(value));
  if (values.size === 0) return { members, unresolved: none, possible: none, concealed };
  const possible = new Set<SourceId>();
  for (const { id } of yield* direct.possible(opened, isFlat)) if (!ids.has(id)) possible.add(id);
  return { members, unresolved: [...values], possible: [...possible].sort(), concealed };
}

function findGroupsOf(entry: Entry, entries: EntryList, members: DirectMembers): Surroundings {
  const holding = new Map<SourceId, Entry[]>();
  for (const group of entries) {
    if (!isGroup(group)) continue;
    for (const { id } of members.of(group)) if (id !== group.id) holding.set(id, [...(holding.get(id) ?? []), group]);
  }
  const direct = new Set(holding.get(entry.id));
  return {
    direct: [...direct],
    indirect: [...inOneGo(reach([entry], ({ id }) => holding.get(id) ?? []))].filter(
      (group) => !direct.has(group) && group.id !== entry.id,
    ),
  };
}

const isGroup = ({ type }: Entry): boolean => type === 'group';

/** Shared: nearly all groups have none. */
const none: readonly string[] = [];
const nobody: ReadonlySet<Entry> = new Set();

/** All entries beneath some groups, each group looked into once. */
function* reach(start: readonly Entry[], membersOf: (group: Entry) => readonly Entry[]): Steps<ReadonlySet<Entry>> {
  const seen = new Set<Entry>();
  const opened = new Set<Entry>(start);
  for (const group of opened) {
    yield* eachInSteps(membersOf(group), (member) => {
      seen.add(member);
      if (isGroup(member)) opened.add(member);
    });
  }
  return seen;
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

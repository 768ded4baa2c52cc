import type { Entry, SourceId } from '../model/entry.ts';
import { BridgeError } from '../model/errors.ts';
import type { NestedGroups } from './definition.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { linkPrimaryGroups } from './primary-group.ts';

/** Who belongs to which group: as the groups themselves say, and through primary groups. Groups may contain each other in circles. */
export interface GroupGraph {
  /**
   * Everyone in the group with this DN, directly or through other groups.
   * @throws BridgeError D2S_SCOPE_GROUP_MISSING when no reading has such a group: nobody may depart for that
   */
  readonly everyoneIn: (dn: string) => ReadonlySet<SourceId>;
  /** Everyone in each of the groups that were asked for, by DN. */
  readonly asked: () => ReadonlyMap<string, ReadonlySet<SourceId>>;
  /** The members that a target should see in a group, in a fixed order. `isWanted`: who is in its scope. */
  readonly membersOf: (group: Entry, nested: NestedGroups, isWanted: (id: SourceId) => boolean) => SourceId[];
}

const memberAttributes = ['member', 'uniquemember'] as const;

/** @param entries those of the index */
export function linkGroups(index: DirectoryIndex, entries: readonly Entry[]): GroupGraph {
  const primaryMembers = linkPrimaryGroups(entries);
  const direct = new Map<Entry, readonly Entry[]>();
  const directMembers = (group: Entry): readonly Entry[] => {
    const known = direct.get(group);
    if (known !== undefined) return known;
    const found = [...resolveMembers(group, index), ...primaryMembers(group)];
    direct.set(group, found);
    return found;
  };
  const everyone = new Map<string, ReadonlySet<SourceId>>();
  const everyoneIn = (dn: string) => {
    const known = everyone.get(dn);
    if (known !== undefined) return known;
    const groups = index.findAll(dn).filter((entry) => entry.type === 'group');
    if (groups.length === 0) throw missing(dn);
    const ids = new Set(reach(groups, directMembers).map((entry) => entry.id));
    everyone.set(dn, ids);
    return ids;
  };
  const membersOf = (group: Entry, nested: NestedGroups, isWanted: (id: SourceId) => boolean) => {
    const all = nested === 'flatten' ? reach([group], directMembers) : directMembers(group);
    const ids = new Set<SourceId>();
    for (const entry of all) {
      if (entry.id !== group.id && (entry.type === 'user' || nested === 'keep') && isWanted(entry.id)) ids.add(entry.id);
    }
    return [...ids].sort();
  };
  return { everyoneIn, asked: () => new Map(everyone), membersOf };
}

function resolveMembers(group: Entry, index: DirectoryIndex): Entry[] {
  return memberAttributes.flatMap((name) =>
    (group.attributes.get(name) ?? []).flatMap((value): Entry[] => {
      if (typeof value !== 'string') return [];
      // uniqueMember may carry a bit string behind the DN (Name And Optional UID, RFC 4517 §3.3.21).
      const entry = index.find(name === 'uniquemember' ? value.replace(/#'[01]*'B$/, '') : value, group.directory);
      return entry === undefined ? [] : [entry];
    }),
  );
}

/** All entries beneath some groups, each group looked into once. */
function reach(start: readonly Entry[], membersOf: (group: Entry) => readonly Entry[]): Entry[] {
  const seen = new Set<Entry>();
  const opened = new Set<Entry>(start);
  const open = [...start];
  for (let group = open.pop(); group !== undefined; group = open.pop()) {
    for (const member of membersOf(group)) {
      seen.add(member);
      if (member.type !== 'group' || opened.has(member)) continue;
      opened.add(member);
      open.push(member);
    }
  }
  return [...seen];
}

function missing(dn: string): BridgeError {
  return new BridgeError(
    'D2S_SCOPE_GROUP_MISSING',
    `the scope asks for members of ${dn}, and no directory has such a group: everyone in it would seem to have left`,
    'correct the DN, or include the group in the bases and the filter of groups',
  );
}

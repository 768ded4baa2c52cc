import { typeName } from '../directory/attribute-types.ts';
import { parseDn } from '../directory/dn.ts';
import { fold, presentText } from '../directory/fold.ts';
import { sidText } from '../directory/sid.ts';
import type { Entry } from '../model/entry.ts';
import { anyInSteps, eachInSteps, type Steps } from '../model/steps.ts';
import type { DirectoryIndex } from './directory-index.ts';
import type { EntryTable } from './entry-table.ts';
import { HashedRows, HashIndex, hashOf } from './hash-index.ts';
import { seenFrom, type Sees } from './visibility.ts';

/** Whom the values of a group name, by row. */
export interface NamedMembers {
  readonly rows: readonly number[];
  /** Values that name nobody who is read, or more than one: as they stand in the directory. */
  readonly unresolved: readonly string[];
}

export interface MemberReader {
  readonly membersInSteps: (group: Entry) => Steps<NamedMembers>;
  /** Whom a value that names nobody may mean, in any directory. */
  readonly findAlike: (value: string) => readonly number[];
}

/** What has to be read to tell who is in a group, in lower case; the primary group apart. */
export const memberAttributes = {
  user: ['uid', 'objectsid'],
  group: ['member', 'uniquemember', 'memberuid', 'objectclass', 'objectsid'],
} as const;

/** Attributes of groups that name members by DN (RFC 4519 §2.17, §2.40). */
export const memberNames = ['member', 'uniquemember'] as const;

/**
 * Reads the members that groups name themselves:
 *
 * - `member` and `uniqueMember` by DN (RFC 4519 §2.17, §2.40). A security principal of another forest, which Active
 *   Directory puts there as `CN=S-1-5-21-…,CN=ForeignSecurityPrincipals,…` (MS-ADTS §6.1.1.4.10), is whoever has this
 *   objectSid in another directory that this one sees.
 * - `memberUid` by login (RFC 2307 §3): whoever has it as uid in the same directory. memberUid has case (caseExactIA5Match)
 *   and uid has none (RFC 4519 §2.39): the same spelling counts first, then any. A login that two people have names nobody.
 */
export function createMemberReader(index: DirectoryIndex, sees: Sees): MemberReader {
  const { table } = index;
  const directoryOf = (row: number): string => table.directory(row);
  const bySid = lazily(table, sidsOf);
  const byLogin = lazily(table, (entry) => loginsOf(entry).map((uid) => loginKey(entry.directory, uid)));
  const byFoldedLogin = lazily(table, (entry) => loginsOf(entry).map((uid) => loginKey(entry.directory, fold(uid))));
  /** A login that several have names nobody, and may mean each of them: whoever takes a colleague's puts nobody out of a group. */
  const alikeLogins = lazily(table, (entry) => loginsOf(entry).map(fold));

  const named = (dn: string, directory: string): number | undefined => {
    const found = index.findRow(dn, directory);
    const sid = found === undefined ? foreignSid(dn) : undefined;
    if (sid === undefined) return found;
    const seen = seenFrom(directory, bySid(sid), directoryOf, sees);
    return onlyOne(
      seen.filter((row) => table.directory(row) !== directory),
      table,
    );
  };
  const loggedIn = (login: string, directory: string): number | undefined => {
    const exact = byLogin(loginKey(directory, login));
    return onlyOne(exact.length > 0 ? exact : byFoldedLogin(loginKey(directory, fold(login))), table);
  };

  const membersInSteps = function* (group: Entry): Steps<NamedMembers> {
    const found = new Set<number>();
    const unresolved = new Set<string>();
    const { directory } = group;
    const isStrange = (value: unknown) => typeof value === 'string' && !index.isSpelled(value, directory);
    for (const name of memberNames)
      if (yield* anyInSteps(group.attributes.get(name) ?? [], isStrange)) yield* index.makeKeys();
    const take = (name: string, find: (text: string) => number | undefined): Steps<void> =>
      eachInSteps(group.attributes.get(name) ?? [], (value) => {
        if (typeof value !== 'string' || value.trim() === '') return;
        const row = find(value);
        if (row === undefined) unresolved.add(value);
        else found.add(row);
      });
    yield* take('member', (dn) => named(dn, directory));
    // uniqueMember may carry a bit string behind the DN (Name And Optional UID, RFC 4517 §3.3.21).
    yield* take('uniquemember', (value) => named(value.replace(/#'[01]*'B$/, ''), directory));
    yield* take('memberuid', (login) => loggedIn(presentText(login) ?? login, directory));
    return { rows: [...found], unresolved: [...unresolved] };
  };
  const findAlike = (value: string): readonly number[] => {
    const sid = foreignSid(value);
    return [
      ...index.findAlike(value),
      ...(sid === undefined ? [] : bySid(sid)),
      ...(value.includes('=') ? [] : alikeLogins(fold(value))),
    ];
  };
  return { membersInSteps, findAlike };
}

/** Classes whose members stand where they may be hidden, or are only worked out when somebody asks (slapo-dynlist). */
const silentClasses = new Set(['posixgroup', 'groupofurls']);

/**
 * Whether nothing of a group can tell who is in it: it has no member in any attribute, and its class keeps members in a
 * place that the bind account may not see, or that this server does not work out. It may also be empty; nobody can tell.
 */
export function isSilent(group: Entry): boolean {
  return (
    namesOfMembers.every((name) => textsOf(group, name).length === 0) &&
    (concealedMembers(group) !== undefined ||
      textsOf(group, 'objectclass').some((name) => silentClasses.has(name.toLowerCase())))
  );
}

const namesOfMembers = ['member', 'uniquemember', 'memberuid'];

/** The attribute with members that a group has and does not show. */
export function concealedMembers({ hidden }: Entry): string | undefined {
  return hidden === undefined ? undefined : namesOfMembers.find((name) => hidden.has(name));
}

function foreignSid(dn: string): string | undefined {
  if (!/^\s*(?:cn|2\.5\.4\.3)\s*=\s*S-1-/i.test(dn)) return undefined;
  const [part] = parseDn(dn)?.[0] ?? [];
  return part !== undefined && typeName(part.type) === 'cn' ? part.value.toUpperCase() : undefined;
}

function sidsOf({ attributes }: Entry): string[] {
  return (attributes.get('objectsid') ?? []).flatMap((value) =>
    typeof value === 'string' ? [] : (sidText(value) ?? []),
  );
}

function textsOf({ attributes }: Entry, name: string): string[] {
  return (attributes.get(name) ?? []).flatMap((value) => (typeof value === 'string' ? (presentText(value) ?? []) : []));
}

/** A line feed ends no directory's name. */
function loginKey(directory: string, login: string): string {
  return `${directory}\n${login}`;
}

/** Several directories may show one entry. */
function onlyOne(found: readonly number[], table: EntryTable): number | undefined {
  const [first] = found;
  if (first === undefined || found.length === 1) return first;
  return found.every((row) => table.id(row) === table.id(first)) ? first : undefined;
}

function loginsOf(entry: Entry): string[] {
  return entry.type === 'user' ? textsOf(entry, 'uid') : [];
}

/** Rows by keys of each, made when the first one is looked for. */
function lazily(table: EntryTable, keysOf: (entry: Entry) => readonly string[]): (key: string) => readonly number[] {
  let index: HashIndex | undefined;
  return (key) =>
    (index ??= indexBy(table, keysOf)).findAll(hashOf(key), (row) => keysOf(table.entry(row)).includes(key));
}

function indexBy(table: EntryTable, keysOf: (entry: Entry) => readonly string[]): HashIndex {
  const keys = new HashedRows();
  for (let row = 0; row < table.length; row += 1)
    for (const key of new Set(keysOf(table.entry(row)))) keys.add(key, row);
  return new HashIndex(keys);
}

import { typeName } from '../directory/attribute-types.ts';
import { parseDn } from '../directory/dn.ts';
import { fold, presentText } from '../directory/fold.ts';
import { sidText } from '../directory/sid.ts';
import type { EntryList } from '../model/entries.ts';
import type { Entry } from '../model/entry.ts';
import { anyInSteps, eachInSteps, type Steps } from '../model/steps.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { seenFrom, type Sees } from './visibility.ts';

/** Whom the values of a group name. */
export interface NamedMembers {
  readonly entries: EntryList;
  /** Values that name nobody who is read, or more than one: as they stand in the directory. */
  readonly unresolved: readonly string[];
}

export interface MemberReader {
  readonly membersInSteps: (group: Entry) => Steps<NamedMembers>;
  /** Whom a value that names nobody may mean, in any directory. */
  readonly findAlike: (value: string) => readonly Entry[];
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
 *
 * @param entries those of the index
 */
export function createMemberReader(index: DirectoryIndex, entries: EntryList, sees: Sees): MemberReader {
  const bySid = lazily(() => indexBy(entries, (entry) => sidsOf(entry)));
  const byLogin = lazily(() =>
    indexBy(entries, (entry) =>
      entry.type === 'user' ? textsOf(entry, 'uid').map((uid) => loginKey(entry.directory, uid)) : [],
    ),
  );
  const byFoldedLogin = lazily(() =>
    indexBy(entries, (entry) =>
      entry.type === 'user' ? textsOf(entry, 'uid').map((uid) => loginKey(entry.directory, fold(uid))) : [],
    ),
  );
  /** A login that several have names nobody, and may mean each of them: whoever takes a colleague's puts nobody out of a group. */
  const alikeLogins = lazily(() =>
    indexBy(entries, (entry) => (entry.type === 'user' ? textsOf(entry, 'uid').map(fold) : [])),
  );

  const named = (dn: string, { directory }: Entry): Entry | undefined => {
    const found = index.find(dn, directory);
    const sid = found === undefined ? foreignSid(dn) : undefined;
    return sid === undefined
      ? found
      : onlyOne(seenFrom(directory, bySid().get(sid) ?? [], sees).filter((entry) => entry.directory !== directory));
  };
  const loggedIn = (login: string, { directory }: Entry): Entry | undefined =>
    onlyOne(byLogin().get(loginKey(directory, login)) ?? byFoldedLogin().get(loginKey(directory, fold(login))));

  const membersInSteps = function* (group: Entry): Steps<NamedMembers> {
    const found = new Set<Entry>();
    const unresolved = new Set<string>();
    const { directory } = group;
    const isStrange = (value: unknown) => typeof value === 'string' && !index.isSpelled(value, directory);
    for (const name of memberNames)
      if (yield* anyInSteps(group.attributes.get(name) ?? [], isStrange)) yield* index.makeKeys();
    const take = (name: string, find: (text: string) => Entry | undefined): Steps<void> =>
      eachInSteps(group.attributes.get(name) ?? [], (value) => {
        if (typeof value !== 'string' || value.trim() === '') return;
        const entry = find(value);
        if (entry === undefined) unresolved.add(value);
        else found.add(entry);
      });
    yield* take('member', (dn) => named(dn, group));
    // uniqueMember may carry a bit string behind the DN (Name And Optional UID, RFC 4517 §3.3.21).
    yield* take('uniquemember', (value) => named(value.replace(/#'[01]*'B$/, ''), group));
    yield* take('memberuid', (login) => loggedIn(presentText(login) ?? login, group));
    return { entries: [...found], unresolved: [...unresolved] };
  };
  const findAlike = (value: string): readonly Entry[] => {
    const sid = foreignSid(value);
    const loggedInAlike = value.includes('=') ? undefined : alikeLogins().get(fold(value));
    return [
      ...index.findAlike(value),
      ...((sid === undefined ? undefined : bySid().get(sid)) ?? []),
      ...(loggedInAlike ?? []),
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
function onlyOne(found: readonly Entry[] | undefined): Entry | undefined {
  const [first] = found ?? [];
  return found?.every(({ id }) => id === first?.id) === true ? first : undefined;
}

function indexBy(
  entries: EntryList,
  keysOf: (entry: Entry) => readonly string[],
): ReadonlyMap<string, readonly Entry[]> {
  const index = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const key of keysOf(entry)) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [entry]);
      else known.push(entry);
    }
  }
  return index;
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

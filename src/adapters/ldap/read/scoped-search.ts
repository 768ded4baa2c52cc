import type { Filter } from '../../../core/directory/filter.ts';
import type { Entry, ResourceType, SourceId } from '../../../core/model/entry.ts';
import type { ReadRequest } from '../../../ports/directory-source.ts';
import { createStampReader } from './stamp.ts';
import { NamelessEntries, readEntry, type ReadAs } from './entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { ReferenceFollower, type Visit } from './follow-references.ts';
import type { LdapUrl } from '../protocol/ldap-url.ts';
import { createHiddenReader } from './hidden.ts';
import { missingBase } from './missing-base.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { LdapSearchScope } from '../shared/options.ts';
import { completeEntry, isPartial, type EntryReading } from './ranges.ts';
import { hasPaging } from '../connect/root-dse.ts';
import { scopeFilter } from './scope-filter.ts';
import { searchSubtree, type SearchEntry } from '../protocol/search.ts';
import { readSubschema } from './subschema.ts';

/** Entries per page: half of Active Directory's MaxPageSize. */
export const pageSize = 500;

export interface ScopedSearch {
  /** Wanted of each type. What identity and stamps need comes on top, and leaves no trace in `attributes`. */
  readonly attributes: ReadRequest['attributes'];
  /** Only those of the scope that match this as well. Without it: all of the scope. */
  readonly narrowing?: Filter;
  readonly visit: (entry: Entry) => void | Promise<void>;
}

/**
 * Searches the configured bases with the configured filters, users before groups, and visits each entry once. Who
 * belongs to the scope is thereby always the server's judgement. Resolves when every page of every base arrived.
 * @returns who was visited
 */
export async function searchScopes(directory: OpenDirectory, search: ScopedSearch): Promise<ReadonlySet<SourceId>> {
  const seen = new Set<SourceId>();
  const { users, groups } = directory.options;
  const stampOf = createStampReader(directory);
  if (users !== undefined) await searchScope('user', users, directory, { ...search, seen, stampOf });
  if (groups !== undefined) await searchScope('group', groups, directory, { ...search, seen, stampOf });
  return seen;
}

interface Running extends ScopedSearch {
  readonly seen: Set<SourceId>;
  readonly stampOf: ReturnType<typeof createStampReader>;
}

async function searchScope(
  type: ResourceType,
  scope: LdapSearchScope,
  directory: OpenDirectory,
  search: Running,
): Promise<void> {
  const own = scopeFilter(directory, type);
  const filter: Filter = search.narrowing === undefined ? own : { kind: 'and', filters: [own, search.narrowing] };
  const follower = new ReferenceFollower();
  const searchOn = async (there: OpenDirectory, visit: Visit): Promise<void> => {
    for (const urls of await searchPlace(type, there, visit, { ...search, follower })) {
      const onward = await follower.follow(there, visit, urls);
      if (onward !== undefined) await searchOn(onward.directory, onward.visit);
    }
  };
  try {
    for (const base of scope.bases) {
      try {
        await searchOn(directory, follower.begin(directory, { base, depth: 'sub', filter }));
      } catch (error) {
        throw error instanceof BridgeError && error.code === 'D2S_DIRECTORY_BASE_MISSING'
          ? await missingBase(directory, type, base, error)
          : error;
      }
    }
  } finally {
    follower.close();
  }
}

/** Searches one place on one server. @returns where the rest of it is to be found */
async function searchPlace(
  type: ResourceType,
  directory: OpenDirectory,
  visited: Visit,
  search: Running & { readonly follower: ReferenceFollower },
): Promise<readonly (readonly LdapUrl[])[]> {
  const { session, rootDse, options } = directory;
  const { base, depth, filter } = visited.place;
  const { attributes, visit, checkNames } = await createEntryVisit(type, directory, base, search);
  const partial: SearchEntry[] = [];
  const elsewhere: (readonly LdapUrl[])[] = [];
  const onReference = (uris: readonly string[]): void => {
    const urls = search.follower.judge(directory, visited, uris);
    if (urls !== undefined) elsewhere.push(urls);
  };
  const measure: EntryReading['measure'] = (send) => timed(options, 'range', send);
  const reading: EntryReading = { session, attributes, stamps: search.stampOf.attributes, measure };
  try {
    await searchSubtree(
      session,
      {
        base,
        depth,
        filter: toLdapFilter(filter),
        attributes,
        pageSize: hasPaging(rootDse) ? pageSize : undefined,
        // The rest of a large attribute can be asked for when the page is through.
        onEntry: (found) => (isPartial(found) ? void partial.push(found) : visit(found)),
        onReference,
        ...(options.referrals === undefined ? {} : { onReferral: onReference }),
        onPage: async () => {
          for (const found of partial.splice(0)) {
            await visit(await completeEntry(found, reading));
          }
        },
      },
      (send) => timed(options, 'search', send),
    );
  } finally {
    // Before whatever else was wrong: it is what a person can mend.
    checkNames();
  }
  return elsewhere;
}

/** How the entries beneath one base are read and visited. */
interface EntryVisit {
  /** To ask for. */
  readonly attributes: readonly string[];
  readonly visit: (found: SearchEntry) => Promise<void>;
  /** @throws BridgeError D2S_ENTRY_WITHOUT_ID when an entry was found that has no id */
  readonly checkNames: () => void;
}

async function createEntryVisit(
  type: ResourceType,
  directory: OpenDirectory,
  base: string,
  { attributes, seen, stampOf, visit }: Running,
): Promise<EntryVisit> {
  const { idAttribute, options } = directory;
  const wanted = attributes[type];
  const named = await createNaming(directory, wanted);
  const hidden = await createHiddenReader(directory, type, base, wanted);
  const unwanted = new Set([...stampOf.attributes, ...hidden.attributes].filter((name) => !wanted.has(name)));
  const readAs: ReadAs = { directory: options.name, type, idAttribute, unwanted };
  const nameless = new NamelessEntries();
  return {
    attributes: [...new Set([...wanted, idAttribute.toLowerCase(), ...stampOf.attributes, ...hidden.attributes])],
    async visit(found) {
      const stamp = stampOf.read(found);
      const read = readEntry(found, readAs);
      if (read === undefined) {
        nameless.add(found.dn);
        return;
      }
      const entry = hidden.mark(named(read), found);
      if (seen.has(entry.id)) return;
      seen.add(entry.id);
      await visit(stamp === undefined ? entry : { ...entry, stamp, ...stampOf.modified(found) });
    },
    checkNames: () => {
      nameless.check({ base, idAttribute });
    },
  };
}

/**
 * Gives the values of an attribute under the name by which it was asked for: OpenLDAP answers `surname` with `sn`. By the
 * server's own schema, where it shows it, and by the names of RFC 4519. Active Directory has one name for each attribute,
 * and there `street` and `streetAddress` are two. Asks nothing where nobody asked by such a name.
 */
async function createNaming(directory: OpenDirectory, wanted: ReadonlySet<string>): Promise<(entry: Entry) => Entry> {
  if (directory.kind === 'active-directory') return unchanged;
  const { typeNames } = await readSubschema(directory);
  const others = [...wanted].map((name) => [name, typeNames(name)] as const).filter(([name, first]) => name !== first);
  return others.length === 0 ? unchanged : (entry) => withNames(entry, others);
}

const unchanged = (entry: Entry): Entry => entry;

function withNames(entry: Entry, others: readonly (readonly [string, string])[]): Entry {
  const attributes = new Map(entry.attributes);
  for (const [name, first] of others) {
    const values = attributes.get(first);
    if (values !== undefined && !attributes.has(name)) attributes.set(name, values);
  }
  return attributes.size === entry.attributes.size ? entry : { ...entry, attributes };
}

import { PresenceFilter, SearchRequest } from 'ldapts';
import { dnKey, isWithin } from '../../../core/directory/dn.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import type { AbsenceReason } from '../../../core/model/reading.ts';
import type { Absent } from '../../../ports/directory-source.ts';
import { readSourceId } from '../read/entry-id.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { batches, idFilter } from './by-id.ts';
import { judgeInside } from './judge-inside.ts';
import { searchPlaces, type Found } from './search-places.ts';
import { showDeleted } from './usn-deletions.ts';
import { domainOf } from './usn-domain.ts';

/** Somebody who is not shown. */
export interface Missing extends Absent {
  /** Where it stood, as far as that is known. */
  readonly dn?: string | undefined;
}

/**
 * What became of entries that the configured bases and filters no longer show.
 *
 * @returns undefined when the server refuses to search for them
 */
export async function lookUpAbsent(
  directory: OpenDirectory,
  absent: readonly Missing[],
): Promise<ReadonlyMap<SourceId, AbsenceReason> | undefined> {
  const absenceReasons = new Map<SourceId, AbsenceReason>();
  for (const batch of batches(absent)) {
    const became = await lookUpBatch(directory, batch).catch(onRefusal);
    if (became === undefined) return undefined;
    for (const [id, absenceReason] of became) absenceReasons.set(id, absenceReason);
  }
  return absenceReasons;
}

async function lookUpBatch(directory: OpenDirectory, batch: readonly Missing[]): Promise<Map<SourceId, AbsenceReason>> {
  const { options, idAttribute } = directory;
  const ids = idFilter(
    idAttribute,
    batch.map(({ id }) => id),
  );
  const found = await searchPlaces(directory, contextsOf(directory), ids);
  const absenceReasons = new Map<SourceId, AbsenceReason>();
  const inside: { readonly absent: Missing; readonly found: Found }[] = [];
  const nowhere: Missing[] = [];
  for (const absent of batch) {
    const one = found.get(absent.id);
    const bases = (absent.type === 'user' ? options.users : options.groups)?.bases ?? [];
    if (one === undefined) nowhere.push(absent);
    else if (!one.attributes.has('objectclass')) absenceReasons.set(absent.id, 'unreadable');
    else if (bases.some((base) => isWithin(dnKey(one.dn), dnKey(base)))) inside.push({ absent, found: one });
    else absenceReasons.set(absent.id, 'moved');
  }
  for (const [id, absenceReason] of await judgeInside(directory, inside)) absenceReasons.set(id, absenceReason);
  const buried = nowhere.length === 0 ? new Set<SourceId>() : await findTombstones(directory, nowhere);
  for (const one of nowhere)
    absenceReasons.set(one.id, buried.has(one.id) ? 'deleted' : await judgeNowhere(directory, one));
  return absenceReasons;
}

function onRefusal(error: unknown): undefined {
  if (error instanceof BridgeError && error.code === 'D2S_DIRECTORY_READ_INCOMPLETE') return undefined;
  throw error;
}

/** Who of these has a tombstone that this account is shown (Active Directory, MS-ADTS §3.1.1.5.5.1.1). */
async function findTombstones(directory: OpenDirectory, absent: readonly Missing[]): Promise<ReadonlySet<SourceId>> {
  if (directory.kind !== 'active-directory') return new Set();
  const ids = idFilter(
    'objectGUID',
    absent.map(({ id }) => id),
  );
  const isDeleted = { kind: 'equal', attribute: 'isDeleted', value: Buffer.from('TRUE') } as const;
  const found = await searchPlaces(directory, [domainOf(directory)], { kind: 'and', filters: [ids, isDeleted] }, [
    showDeleted(),
  ]);
  return new Set(found.keys());
}

/**
 * An id that no search finds was deleted, or is hidden. What the server answers at the place where it stands or stood:
 *
 *   answer                   | reason
 *   -------------------------+--------------------------------------------------------------------------------------
 *   another entry            | deleted: the place was given to somebody else
 *   no such object           | deleted where that is the truth (389); missing on servers that answer the same of what
 *                            | they hide: OpenLDAP without `disclose` (slapd.access(5)), Active Directory without the
 *                            | right to list
 *   no such object, and a    | unreadable on Active Directory: a domain controller takes whoever is deleted out of all
 *   group of its domain has  | groups of the domain at once (MS-ADTS §3.1.1.5.5.1.1, link values), so that they exist;
 *   a member of that name    | elsewhere such a value may be left over
 *   anything else            | unreadable
 *   (place not known)        | missing
 */
async function judgeNowhere(directory: OpenDirectory, { id, dn, namedAs }: Missing): Promise<AbsenceReason> {
  const { session, kind, idAttribute, options } = directory;
  const place = namedAs ?? dn;
  if (place === undefined) return 'missing';
  const others = new Set<SourceId>();
  const request = new SearchRequest({
    messageId: 0,
    baseDN: place,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: [idAttribute],
    timeLimit: 0,
  });
  const { code } = await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind !== 'entry') return;
      const found = readSourceId(message.attributes, idAttribute);
      if (found !== undefined && found !== id) others.add(found);
    }),
  );
  if (code === 0 && others.size > 0) return 'deleted';
  if (code !== 32) return 'unreadable';
  if (kind === 'active-directory' && namedAs !== undefined && isWithin(dnKey(namedAs), dnKey(domainOf(directory))))
    return 'unreadable';
  return kind === '389ds' ? 'deleted' : 'missing';
}

/** The naming contexts in which the bases lie: an entry does not leave its context and stay the same. */
function contextsOf({ rootDse, options }: OpenDirectory): readonly string[] {
  const bases = [...(options.users?.bases ?? []), ...(options.groups?.bases ?? [])];
  const contexts = rootDse.get('namingcontexts') ?? [];
  const containing = contexts.filter((context) => bases.some((base) => isWithin(dnKey(base), dnKey(context))));
  return containing.length === 0 ? bases : containing;
}

import { PresenceFilter, SearchRequest } from 'ldapts';
import { attributeName } from '../../../core/directory/attribute.ts';
import { dnKey, isWithin } from '../../../core/directory/dn.ts';
import { kindRules } from '../../../core/directory/kinds.ts';
import type { Entry, SourceId } from '../../../core/model/entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import type { Fate } from '../../../ports/directory-source.ts';
import { readSourceId } from '../entry-id.ts';
import { toLdapFilter } from '../filter.ts';
import type { RawAttribute } from '../message.ts';
import { timed } from '../open.ts';
import type { OpenDirectory } from '../open-directory.ts';
import { hasPaging } from '../root-dse.ts';
import { pageSize } from '../scoped-search.ts';
import { searchSubtree } from '../search.ts';
import { batches, idFilter } from './by-id.ts';

/**
 * What became of entries that the configured bases and filters no longer show. `unreadable` is no departure: the server
 * lets us see too little of the entry to tell.
 *
 * @returns undefined when the server refuses to search for them
 */
export async function lookUpAbsent(
  directory: OpenDirectory,
  absent: readonly Entry[],
): Promise<ReadonlyMap<SourceId, Fate> | undefined> {
  const fates = new Map<SourceId, Fate>();
  for (const batch of batches(absent)) {
    const found = await findAnywhere(directory, batch.map(({ id }) => id)).catch(onRefusal);
    if (found === undefined) return undefined;
    for (const entry of batch) {
      const whereabouts = found.get(entry.id);
      if (whereabouts !== undefined) fates.set(entry.id, judge(directory, entry, whereabouts));
      else fates.set(entry.id, (await hasLeft(directory, entry)) ? 'deleted' : 'unreadable');
    }
  }
  return fates;
}

/** An entry that shows its class was seen well enough to say that the filter's answer was an honest one. */
function judge({ options }: OpenDirectory, { type }: Entry, { dn, showsClass }: Whereabouts): Fate {
  if (!showsClass) return 'unreadable';
  const bases = (type === 'user' ? options.users : options.groups)?.bases ?? [];
  return bases.some((base) => isWithin(dnKey(dn), dnKey(base))) ? 'filtered' : 'moved';
}

function onRefusal(error: unknown): undefined {
  if (error instanceof BridgeError && error.code === 'D2S_DIRECTORY_READ_INCOMPLETE') return undefined;
  throw error;
}

interface Whereabouts {
  readonly dn: string;
  readonly showsClass: boolean;
}

/** Searches whole naming contexts. */
async function findAnywhere(directory: OpenDirectory, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, Whereabouts>> {
  const { session, kind, rootDse, options } = directory;
  const { idAttribute } = kindRules[kind];
  const found = new Map<SourceId, Whereabouts>();
  for (const base of contextsOf(directory)) {
    try {
      await searchSubtree(
        session,
        {
          base,
          filter: toLdapFilter(idFilter(idAttribute, ids)),
          attributes: [idAttribute, 'objectClass'],
          pageSize: hasPaging(rootDse) ? pageSize : undefined,
          onEntry: ({ dn, attributes }) => {
            const id = readSourceId(attributes, idAttribute);
            if (id !== undefined) found.set(id, { dn, showsClass: hasClass(attributes) });
          },
          onReference: () => undefined, // what another server holds was never read from this one
          onPage: () => Promise.resolve(),
        },
        (send) => timed(options, 'search', send),
      );
    } catch (error) {
      // The root of the context may be closed to an account that reads what lies beneath it.
      if (!(error instanceof BridgeError && error.code === 'D2S_DIRECTORY_BASE_MISSING')) throw error;
    }
  }
  return found;
}

/** Every entry has an objectClass (RFC 4512 §2.4). Where it is hidden, a filter fails that would match. */
function hasClass(attributes: readonly RawAttribute[]): boolean {
  return attributes.some(({ description }) => attributeName(description) === 'objectclass');
}

/**
 * Whether nobody with this id stands any longer where it stood. "No such object" is the one answer that says so, or
 * another entry in its place; a server that has something to hide gives another one (`disclose` in OpenLDAP).
 */
async function hasLeft({ session, kind, options }: OpenDirectory, { id, dn }: Entry): Promise<boolean> {
  const { idAttribute } = kindRules[kind];
  let other = false;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: dn,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: [idAttribute],
    timeLimit: 0,
  });
  const { code } = await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind !== 'entry') return;
      const found = readSourceId(message.attributes, idAttribute);
      other = found !== undefined && found !== id;
    }),
  );
  return code === 32 || (code === 0 && other);
}

/** The naming contexts in which the bases lie: an entry does not leave its context and stay the same. */
function contextsOf({ rootDse, options }: OpenDirectory): readonly string[] {
  const bases = [...(options.users?.bases ?? []), ...(options.groups?.bases ?? [])];
  const contexts = rootDse.get('namingcontexts') ?? [];
  const containing = contexts.filter((context) => bases.some((base) => isWithin(dnKey(base), dnKey(context))));
  return containing.length === 0 ? bases : containing;
}

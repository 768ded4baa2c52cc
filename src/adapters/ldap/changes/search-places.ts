import type { Control } from 'ldapts';
import { attributesIn, type Filter } from '../../../core/directory/filter.ts';
import type { AttributeValue, SourceId } from '../../../core/model/entry.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { addValues } from '../read/attributes.ts';
import { readSourceId } from '../read/entry-id.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { hasPaging } from '../connect/root-dse.ts';
import { scopeFilter } from '../read/scope-filter.ts';
import { pageSize } from '../read/scoped-search.ts';
import { searchSubtree } from '../protocol/search.ts';

/** An entry outside of the ordinary search: where it is, and what it shows of its classes and of what the filters ask. */
export interface Found {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly AttributeValue[]>;
}

/** Searches whole subtrees, passing over those that may not be read. Needs the ids to be shown. */
export async function searchPlaces(
  directory: OpenDirectory,
  places: readonly string[],
  filter: Filter,
  controls: readonly Control[] = [],
): Promise<ReadonlyMap<SourceId, Found>> {
  const { session, idAttribute, rootDse, options } = directory;
  const asked = new Set([
    'objectclass',
    ...(['user', 'group'] as const).flatMap((type) => attributesIn(scopeFilter(directory, type))),
  ]);
  const found = new Map<SourceId, Found>();
  for (const base of places) {
    try {
      await searchSubtree(
        session,
        {
          base,
          filter: toLdapFilter(filter),
          attributes: [idAttribute, ...asked],
          pageSize: hasPaging(rootDse) ? pageSize : undefined,
          controls,
          onEntry: (entry) => {
            const id = readSourceId(entry.attributes, idAttribute);
            if (id === undefined) return;
            const attributes = new Map<string, AttributeValue[]>();
            for (const attribute of entry.attributes) addValues(attributes, attribute);
            found.set(id, { dn: entry.dn, attributes });
          },
          onReference: () => undefined, // what another server holds was never read from this one
          onPage: () => Promise.resolve(),
        },
        (send) => timed(options, 'search', send),
      );
    } catch (error) {
      // The root of a naming context may be closed to an account that reads what lies beneath it.
      if (!(error instanceof BridgeError && error.code === 'D2S_DIRECTORY_BASE_MISSING')) throw error;
    }
  }
  return found;
}

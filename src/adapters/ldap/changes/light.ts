import type { Entry, SourceId } from '../../../core/model/entry.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { searchScopes } from '../read/scoped-search.ts';

/**
 * Goes through all that the bases and filters show, with nothing but ids, stamps and DNs, and names whoever differs
 * from what is known: new, changed, elsewhere, or no longer shown. Resolves only when every page arrived.
 */
export async function compareLightly(
  directory: OpenDirectory,
  known: ReadonlyMap<SourceId, Entry>,
): Promise<Set<SourceId>> {
  const different = new Set(known.keys());
  await searchScopes(directory, {
    attributes: { user: new Set(), group: new Set() },
    visit: (entry) => {
      if (isSame(known.get(entry.id), entry)) different.delete(entry.id);
      else different.add(entry.id);
    },
  });
  return different;
}

/** An entry without a stamp may have changed at any time. */
function isSame(before: Entry | undefined, { type, dn, stamp }: Entry): boolean {
  return before?.type === type && before.dn === dn && stamp !== undefined && before.stamp === stamp;
}

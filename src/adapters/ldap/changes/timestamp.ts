import { PresenceFilter, SearchRequest } from 'ldapts';
import { attributeName } from '../../../core/directory/attribute.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { searchError } from '../protocol/result-code.ts';
import type { ChangeStrategy, Cursor } from './change-strategy.ts';

/**
 * For servers that tell nothing of deletions: each poll compares ids, stamps and DNs of everything. A search for later
 * stamps would be quicker, and would miss whoever was deleted, moved with a container, or left the filter.
 *
 * 389 Directory Server with the USN plug-in counts every write, deletions included, in `lastusn` of its rootDSE: while
 * that stays, nothing happened. OpenLDAP's contextCSN is no such proof: without the syncprov overlay it never moves.
 */
export const timestamp: ChangeStrategy = {
  name: 'timestamp',
  begin: readCount,
  poll: async (directory, before) => {
    const cursor = await readCount(directory);
    if (cursor !== '' && cursor === before) return { kind: 'unchanged', cursor };
    return { kind: 'changes', cursor, changed: new Set(), gone: new Set(), containers: true };
  },
};

/** The last change number of each database, as text. Empty where the server counts nothing. */
async function readCount({ session, kind, options }: OpenDirectory): Promise<Cursor> {
  if (kind !== '389ds') return '';
  const counts: string[] = [];
  const request = new SearchRequest({
    messageId: 0,
    baseDN: '',
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['lastusn'],
    timeLimit: 0,
  });
  const result = await timed(options, 'root_dse', () =>
    session.request(request, (message) => {
      if (message.kind !== 'entry') return;
      for (const { description, values } of message.attributes) {
        if (attributeName(description) === 'lastusn') counts.push(`${description}=${values.join(',')}`);
      }
    }),
  );
  if (result.code !== 0) throw searchError(result, '');
  return counts.sort().join(' ');
}

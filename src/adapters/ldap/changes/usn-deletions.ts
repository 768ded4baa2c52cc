import { Control, PresenceFilter, SearchRequest } from 'ldapts';
import { z } from 'zod';
import { monotonic } from '../shared/monotonic.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { searchError } from '../protocol/result-code.ts';
import { domainOf } from './usn-domain.ts';

/** Lets a search show deleted objects too (LDAP_SERVER_SHOW_DELETED_OID, MS-ADTS §3.1.1.3.4.1.14). */
export const showDeleted = (): Control => new Control('1.2.840.113556.1.4.417');

/** How often everything is compared because somebody may have been deleted unseen. */
const comparisonMilliseconds = 10 * 60_000;

/** When to compare everything for the sake of deletions; part of a cursor. Times are monotonic milliseconds. */
export const unseenShape = z.object({ comparedAt: z.number(), suspected: z.boolean() });

export type Unseen = z.infer<typeof unseenShape>;

export function comparedNow({ options }: OpenDirectory): Unseen {
  return { comparedAt: monotonic(options), suspected: false };
}

/**
 * Whether to compare everything now, and what to remember. Windows lets only administrators list deleted objects, so
 * that for an ordinary account a deletion shows in no feed, not even in the groups of the deleted person. All that it
 * leaves is a change number that belongs to nothing visible. Such numbers are common (other partitions, hidden
 * entries), so they are only a suspicion; a suspicion leads to one comparison at most every ten minutes. Without one,
 * nobody can have been deleted and nothing is compared. The comparison at every hour stays.
 */
export function judgeUnseen(
  { options }: OpenDirectory,
  before: Unseen,
  suspected: boolean,
): { readonly due: boolean; readonly unseen: Unseen } {
  const now = monotonic(options);
  const pending = before.suspected || suspected;
  const due = pending && now - before.comparedAt >= comparisonMilliseconds;
  return { due, unseen: due ? { comparedAt: now, suspected: false } : { ...before, suspected: pending } };
}

/**
 * Whether this account is shown deleted objects: proven by seeing one. In a domain where nothing was ever deleted the
 * answer is no, which costs a comparison or two. The container has the same well-known GUID in every domain (MS-ADTS
 * §6.1.1.4). To grant it on Windows: `dsacls "CN=Deleted Objects,DC=…" /takeownership`, then `/G DOMAIN\account:LCRP`.
 */
export async function seesDeletions(directory: OpenDirectory): Promise<boolean> {
  const { session, options } = directory;
  const root = domainOf(directory);
  let seen = false;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: `<WKGUID=18E2EA80684F11D2B9AA00C04F79F805,${root}>`,
    scope: 'one',
    filter: new PresenceFilter({ attribute: 'objectGUID' }),
    attributes: ['objectGUID'],
    timeLimit: 0,
    sizeLimit: 1,
    controls: [showDeleted()],
  });
  const result = await timed(options, 'search', () =>
    session.request(request, (message) => {
      if (message.kind === 'entry' && message.attributes.length > 0) seen = true;
    }),
  );
  // 4: there are more than the one that was asked for. 32, 50: the account may not look. 12: the control is refused.
  if (![0, 4, 12, 32, 50].includes(result.code)) throw searchError(result, root);
  return seen;
}

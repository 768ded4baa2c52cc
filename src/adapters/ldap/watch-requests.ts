import { Control, PresenceFilter, SearchRequest } from 'ldapts';
import { whyGivenUp } from './changes/given-up.ts';
import { SyncRequestControl, syncOids } from './changes/syncrepl-control.ts';
import { syncPlaces } from './changes/syncrepl.ts';
import { showDeleted } from './changes/usn-deletions.ts';
import { domainOf } from './changes/usn-domain.ts';
import type { OpenDirectory } from './connect/open-directory.ts';

/** LDAP_SERVER_NOTIFICATION_OID, MS-ADTS §3.1.1.3.4.1.9. It has no value. */
const notificationOid = '1.2.840.113556.1.4.528';

/** Searches that stay open and tell what happens, or why there are none. @throws BridgeError when the server refuses */
export async function watchRequests(
  directory: OpenDirectory,
): Promise<readonly SearchRequest[] | { readonly unavailable: string }> {
  const controls = directory.rootDse.get('supportedcontrol') ?? [];
  if (directory.kind === 'active-directory') {
    // Without showing deleted objects nothing is said of who is deleted; to most accounts it is not said anyway.
    return controls.includes(notificationOid)
      ? [
          openSearch(domainOf(directory), 'objectGUID', [
            new Control(notificationOid, { critical: true }),
            showDeleted(),
          ]),
        ]
      : { unavailable: 'the server does not announce change notifications' };
  }
  const givenUp = whyGivenUp(directory.options, 'syncrepl');
  if (givenUp !== undefined) return { unavailable: givenUp };
  if (!controls.includes(syncOids.request)) {
    return { unavailable: 'the server does not announce content synchronization (RFC 4533)' };
  }
  // With a cookie of now nothing of what is there already is sent.
  return Object.entries(await syncPlaces(directory)).map(([base, cookie]) =>
    openSearch(base, '1.1', [new SyncRequestControl(cookie, 'refreshAndPersist')]),
  );
}

/** Active Directory notifies under this filter only, and of a subtree only when it is a whole domain. */
function openSearch(baseDN: string, attribute: string, controls: Control[]): SearchRequest {
  return new SearchRequest({
    messageId: 0,
    baseDN,
    scope: 'sub',
    derefAliases: 'never',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: [attribute],
    timeLimit: 0,
    sizeLimit: 0,
    controls,
  });
}

import { PresenceFilter, SearchRequest, Control } from 'ldapts';
import { BridgeError } from '../../core/model/errors.ts';
import type { WatchEnd } from '../../ports/directory-source.ts';
import type { LdapMessage } from './protocol/message.ts';
import { MessageStream } from './protocol/message-stream.ts';
import { openDirectory } from './connect/open.ts';
import type { OpenDirectory } from './connect/open-directory.ts';
import type { LdapSourceOptions } from './shared/options.ts';
import { nameOfCode, quote } from './protocol/result-code.ts';
import type { ServerChoice } from './connect/server-choice.ts';
import { whyGivenUp } from './changes/given-up.ts';
import { SyncRequestControl, syncOids } from './changes/syncrepl-control.ts';
import { syncPlaces } from './changes/syncrepl.ts';
import { showDeleted } from './changes/usn-deletions.ts';
import { domainOf } from './changes/usn-domain.ts';

/** The longest timer there is, 24 days: that long nothing may happen. */
const idleMilliseconds = 2 ** 31 - 1;

/** Silence is normal here; a server that is not there any more is noticed by TCP. Firewalls forget after minutes. */
const keepAliveMilliseconds = 60_000;

/** False where each change would lead to a reading of everything, which nobody wants more often than they said. */
export function isWatchable({ changes = 'auto', referrals }: LdapSourceOptions): boolean {
  return changes !== 'full' && changes !== 'timestamp' && referrals === undefined;
}

/**
 * `DirectorySource.watch`, on the server that is read, as far as it works. Where the polls go is not touched: a
 * connection for watching that fails says nothing about them.
 */
export async function watchDirectory(
  options: LdapSourceOptions,
  choice: ServerChoice,
  onChange: () => void,
  signal: AbortSignal,
): Promise<WatchEnd> {
  try {
    const directory = await openDirectory(
      options,
      { order: (ending, again) => choice.order(ending, again), works: ignore, broke: ignore },
      signal,
    );
    try {
      const requests = await watchRequests(directory);
      if (!('unavailable' in requests)) return await listen(directory, requests, onChange, signal);
      directory.session.close();
      return { kind: 'unavailable', because: requests.unavailable };
    } catch (error) {
      directory.session.destroy();
      throw error;
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'aborted' };
    throw error;
  }
}

function ignore(): void {
  // Not for the watch to say.
}

/** Sends the requests and waits for messages, until the connection or one of the requests ends: it only ever throws. */
async function listen(
  { session }: OpenDirectory,
  requests: readonly SearchRequest[],
  onChange: () => void,
  signal: AbortSignal,
): Promise<never> {
  const socket = session.release();
  socket.setKeepAlive(true, keepAliveMilliseconds);
  const stream = new MessageStream(socket, session.server, idleMilliseconds, signal);
  const question = questionAfter();
  try {
    for (const [index, request] of [...requests, question].entries()) {
      request.messageId = firstId + index;
      stream.write(request.write());
    }
    for (;;) {
      const message = await stream.next();
      if ('code' in message && message.id !== question.messageId) throw ended(session.server, message);
      onChange();
    }
  } catch (error) {
    throw stream.fail(`watching ${session.server} ended`, error);
  }
}

/** Beyond those that the session used on this connection. */
const firstId = 1_000;

/** Active Directory answers nothing when it begins to notify. What is asked after that is answered after that. */
function questionAfter(): SearchRequest {
  return new SearchRequest({
    messageId: 0,
    baseDN: '',
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: ['1.1'],
    timeLimit: 0,
  });
}

function ended(server: string, { code, diagnostic }: Extract<LdapMessage, { code: number }>): BridgeError {
  return new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    `${server} ended the watch: ${nameOfCode(code)}${quote(diagnostic)}`,
    'nothing is lost: the polls find every change',
  );
}

/** LDAP_SERVER_NOTIFICATION_OID, MS-ADTS §3.1.1.3.4.1.9. It has no value. */
const notificationOid = '1.2.840.113556.1.4.528';

/** Searches that stay open and tell what happens, or why there are none. @throws BridgeError when the server refuses */
async function watchRequests(
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

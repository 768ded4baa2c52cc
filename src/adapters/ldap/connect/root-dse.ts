import { PagedResultsControl, PresenceFilter, SearchRequest } from 'ldapts';
import { attributeName } from '../../../core/directory/attribute.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { searchError } from '../protocol/result-code.ts';
import type { Session } from '../protocol/session.ts';

/** What a server says of itself (RFC 4512 §5.1): attribute name in lower case → values. Empty when it says nothing. */
export type RootDse = ReadonlyMap<string, readonly string[]>;

/** Operational attributes are given only to those who ask by name (RFC 4512 §3.4). */
const asked = [
  'objectClass',
  'namingContexts',
  'defaultNamingContext',
  'subschemaSubentry',
  'supportedControl',
  'supportedCapabilities',
  'supportedSASLMechanisms',
  'vendorName',
  'vendorVersion',
  'dnsHostName',
  // Active Directory (MS-ADTS §3.1.1.3.2): which server this is, how far it has come, and whether it is whole.
  'dsServiceName',
  'highestCommittedUSN',
  'isSynchronized',
];

export async function readRootDse(session: Session): Promise<RootDse> {
  const values = new Map<string, readonly string[]>();
  const request = new SearchRequest({
    messageId: 0,
    baseDN: '',
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes: asked,
    timeLimit: 0,
  });
  const result = await session.request(request, (message) => {
    if (message.kind !== 'entry') return;
    for (const { description, values: raw } of message.attributes) {
      values.set(
        attributeName(description),
        raw.map((value) => value.toString('utf8')),
      );
    }
  });
  // Some servers hide it (32, or 50 from an access rule). Then nothing is known, which is no failure by itself.
  if (result.code === 0 || result.code === 32 || result.code === 50) return values;
  const error = searchError(result, '');
  throw new BridgeError('D2S_DIRECTORY_READ_INCOMPLETE', `the rootDSE cannot be read: ${error.message}`, error.remedy);
}

/** Whether the server announces simple paged results (RFC 2696). One that says nothing of itself is not trusted with it. */
export function hasPaging(rootDse: RootDse): boolean {
  return rootDse.get('supportedcontrol')?.includes(PagedResultsControl.type) === true;
}

/**
 * False for a domain controller that has not finished its first replication, or was restored and has not caught up
 * (MS-ADTS §3.1.1.3.2.20): it lacks entries that exist. Servers that do not know the attribute count as whole.
 */
export function isSynchronized(rootDse: RootDse): boolean {
  return rootDse.get('issynchronized')?.[0]?.toUpperCase() !== 'FALSE';
}

import { AndFilter, EqualityFilter, SearchRequest } from 'ldapts';
import type { Session } from '../protocol/session.ts';

/** Places of the network, as a domain controller sees them. */
export interface Sites {
  /** That of this machine, by the subnet of its address. */
  readonly own: string;
  /** That of the domain controller. */
  readonly server: string;
}

/** NETLOGON_NT_VERSION_5EX (MS-ADTS §6.3.1.1): the answer is a NETLOGON_SAM_LOGON_RESPONSE_EX. */
const extended = Buffer.from([4, 0, 0, 0]);

/**
 * Asks a domain controller in which site this machine is: an LDAP ping (MS-ADTS §6.3.3), which they answer over TCP as over
 * UDP (§3.1.1.3.2.14), and before a bind. Undefined where it does not say, as servers of other makers.
 */
export async function askSites(session: Session, domain: string): Promise<Sites | undefined> {
  let sites: Sites | undefined;
  const request = new SearchRequest({
    messageId: 0,
    baseDN: '',
    scope: 'base',
    filter: new AndFilter({
      filters: [
        new EqualityFilter({ attribute: 'DnsDomain', value: domain }),
        new EqualityFilter({ attribute: 'NtVer', value: extended }),
      ],
    }),
    attributes: ['netlogon'],
    timeLimit: 0,
  });
  await session.request(request, (message) => {
    if (message.kind !== 'entry') return;
    for (const { values } of message.attributes) if (values[0] !== undefined) sites ??= readSites(values[0]);
  });
  return sites;
}

/** LOGON_SAM_LOGON_RESPONSE_EX, LOGON_SAM_PAUSE_RESPONSE_EX and LOGON_SAM_USER_UNKNOWN_EX (MS-ADTS §6.3.1.3). */
const operations = [23, 24, 25];

/** Before the names stand the operation, two empty bytes, flags and the GUID of the domain. */
const namesAt = 24;

/** Names before those of the sites: forest, domain, host, NetBIOS domain and computer, user. */
const namesBefore = 6;

/** What a domain name may have in all (RFC 1035 §2.3.4): more labels than that are none. */
const mostLabels = 128;

/** Both sites out of a NETLOGON_SAM_LOGON_RESPONSE_EX (MS-ADTS §6.3.1.9); undefined for anything else. */
export function readSites(message: Buffer): Sites | undefined {
  if (message.length < namesAt || !operations.includes(message.readUInt16LE(0))) return undefined;
  let at = namesAt;
  const names: string[] = [];
  while (names.length < namesBefore + 2) {
    const name = readName(message, at);
    if (name === undefined) return undefined;
    names.push(name.text);
    at = name.end;
  }
  const [server = '', own = ''] = names.slice(namesBefore);
  return isSite(own) ? { own, server } : undefined;
}

/** What may stand in a name that DNS is asked for. A machine whose subnet belongs to no site has an empty one. */
function isSite(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,63}$/.test(name);
}

/** A compressed name (RFC 1035 §4.1.4) and where the next one begins. A pointer leads back, so that there is an end. */
function readName(message: Buffer, start: number): { readonly text: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let end: number | undefined;
  for (let at = start; labels.length < mostLabels;) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return { text: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const low = message[at + 1];
      if (low === undefined) return undefined;
      const target = ((length & 0x3f) << 8) | low;
      if (target >= at) return undefined;
      end ??= at + 2;
      at = target;
      continue;
    }
    if (length > 63 || at + 1 + length > message.length) return undefined;
    labels.push(message.toString('utf8', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return undefined;
}

import { isIP } from 'node:net';
import { BridgeError } from '../../../core/model/errors.ts';
import { clean } from '../../../core/wording/foreign.ts';
import { mostDiscovered } from '../shared/bounds.ts';
import type { LdapDiscovery } from '../shared/options.ts';
import { createSrvLookUp } from './srv-look-up.ts';
import { orderRecords, type SrvRecord } from './srv-order.ts';

/** Where the servers of a directory are known from. */
export interface Servers {
  /**
   * URLs, the preferred one first; never empty.
   *
   * @param current the one that is read now: it is the preferred one among its equals
   * @param again whether what was looked up before may be outdated
   * @throws BridgeError D2S_DIRECTORY_UNREACHABLE, D2S_DIRECTORY_TLS
   */
  list(current: string | undefined, again: boolean, signal: AbortSignal): Promise<readonly string[]>;
  /** Where a server can say in which site this machine is. */
  readonly site?: {
    /** Asked of a server that was reached, until one has answered. */
    readonly isWanted: () => boolean;
    /** A server has answered: from now on, those of this site come first. Gives theirs, where they are looked up at once. */
    learn(own: string | undefined, lookUp: boolean, signal: AbortSignal): Promise<readonly string[]>;
  };
}

/** A server that DNS names; those of a lower rank (nearer, or of a lower priority) come first. */
interface Discovered {
  readonly url: string;
  readonly rank: string;
  readonly from: Origin;
}

/** Domain controllers of the site or of the domain, or any LDAP server of it. */
type Origin = 'site' | 'domain' | 'other';

/**
 * The servers of a domain, as its SRV records name them (RFC 2782):
 *
 * | asked for | when |
 * |---|---|
 * | `_ldap._tcp.<site>._sites.dc._msdcs.<domain>` | the site is given, or a domain controller has said it: those in it come before all others |
 * | `_ldap._tcp.dc._msdcs.<domain>` | always: domain controllers (MS-ADTS §6.3.2.3) |
 * | `_ldap._tcp.<domain>` | where there are no domain controllers: any LDAP server (RFC 2782, FreeIPA, OpenLDAP) |
 *
 * They are looked up again only when they are asked for again: while a server works there is nothing to choose. Where DNS
 * does not answer then, those that it named last stay.
 *
 * **Whoever can answer for DNS must get nothing.** So a discovered server is only ever spoken to over TLS, its certificate
 * has to carry the name in the record, and that name has to lie within the domain: otherwise a certificate that anybody
 * can have, for a host of their own, would do.
 */
export function createDiscovery(discovery: LdapDiscovery, startTls: boolean): Servers {
  const lookUp = discovery.lookUp ?? createSrvLookUp();
  let known: readonly Discovered[] = [];
  let { site } = discovery;
  let isAsked = site !== undefined;

  const find = async (signal: AbortSignal): Promise<readonly Discovered[]> => {
    const found: Discovered[] = [];
    const passed: string[] = [];
    let failure: unknown;
    for (const [from, name] of namesOf(discovery.domain, site)) {
      if (from === 'other' && found.length + passed.length > 0) continue;
      try {
        for (const record of orderRecords(await lookUp(name, signal), discovery.random ?? Math.random)) {
          if (!isTrustworthy(record.name, discovery)) passed.push(record.name);
          else found.push({ url: urlOf(record, startTls), rank: `${from} ${record.priority}`, from });
        }
      } catch (error) {
        signal.throwIfAborted();
        failure ??= error;
      }
    }
    if (found.length > 0) return withoutRepetition(found).slice(0, mostDiscovered);
    if (failure !== undefined && known.length > 0) return known;
    throw failure === undefined ? nobody(discovery.domain, site, passed) : unanswered(discovery, failure);
  };

  return {
    async list(current, again, signal) {
      if (again || known.length === 0) known = await find(signal);
      // Among equals nobody changes servers: each change costs a comparison of everything.
      const here = known.find(({ url }) => url === current);
      if (here === undefined) return known.map(({ url }) => url);
      const before = known.slice(
        0,
        known.findIndex(({ rank }) => rank === here.rank),
      );
      return [...new Set([...before, here, ...known].map(({ url }) => url))];
    },
    site: {
      isWanted: () => !isAsked && known.some(({ from }) => from === 'domain'),
      async learn(own, lookUp, signal) {
        isAsked = true;
        site = own;
        if (lookUp) known = await find(signal);
        return known.filter(({ from }) => from === 'site').map(({ url }) => url);
      },
    },
  };
}

function namesOf(domain: string, site: string | undefined): (readonly [Origin, string])[] {
  return [
    ...(site === undefined ? [] : [['site', `_ldap._tcp.${site}._sites.dc._msdcs.${domain}`] as const]),
    ['domain', `_ldap._tcp.dc._msdcs.${domain}`],
    ['other', `_ldap._tcp.${domain}`],
  ];
}

/** RFC 952 and 1123, with the underscores that Windows allows. */
const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*$/i;

function isTrustworthy(written: string, { domain, anyName }: LdapDiscovery): boolean {
  const host = bare(written);
  if (!hostName.test(host) || isIP(host) !== 0) return false;
  return anyName || host === bare(domain) || host.endsWith(`.${bare(domain)}`);
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** There are no records for ldaps: what is at 389 in clear is at 636 with TLS. Another port is taken as it is. */
function urlOf({ name, port }: SrvRecord, startTls: boolean): string {
  if (startTls) return `ldap://${bare(name)}:${port}`;
  return `ldaps://${bare(name)}:${port === 389 ? 636 : port}`;
}

function withoutRepetition(found: readonly Discovered[]): Discovered[] {
  return found.filter(({ url }, index) => found.findIndex((other) => other.url === url) === index);
}

function nobody(domain: string, site: string | undefined, passed: readonly string[]): BridgeError {
  const [first] = passed;
  if (first !== undefined) {
    return new BridgeError(
      'D2S_DIRECTORY_TLS',
      `the DNS of ${domain} names ${clean(first)}, which is not within ${domain}: whoever answers for DNS could name a server of their own`,
      'if it is right, say whose certificates count: tls.onlyCa with tls.ca, or tls.serverName; or name the servers under urls',
    );
  }
  const names = namesOf(domain, site).map(([, name]) => name);
  return new BridgeError(
    'D2S_DIRECTORY_UNREACHABLE',
    `DNS has no SRV records under ${names.join(' or ')}`,
    'check the domain in `discover`, and that this machine asks the DNS servers of that domain; or name the servers under urls',
  );
}

function unanswered({ domain }: LdapDiscovery, failure: unknown): BridgeError {
  const why = failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
  return new BridgeError(
    'D2S_DIRECTORY_UNREACHABLE',
    `the servers of ${domain} cannot be looked up in DNS (${clean(why)})`,
    'look at the DNS servers of this machine, or name the servers under urls',
    failure,
  );
}

import { dnKey } from '../../../core/directory/dn.ts';
import type { Filter } from '../../../core/directory/filter.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import { parseAddress } from '../connect/connection.ts';
import { parseLdapUrl, type LdapUrl, type SearchDepth } from '../protocol/ldap-url.ts';
import { openDirectory } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import type { LdapSourceOptions } from '../shared/options.ts';
import { hostOf } from '../protocol/result-code.ts';

/** What is searched for, in one place. */
export interface Place {
  readonly base: string;
  readonly depth: SearchDepth;
  readonly filter: Filter;
}

/** A place and how one came there: each search as a text that tells it from all others, the first one first. */
export interface Visit {
  readonly place: Place;
  readonly trail: readonly string[];
}

/** More servers in a row than this are no directory but a mistake. */
const longestTrail = 10;

/**
 * Follows references to the servers that the configuration allows (RFC 4511 §4.5.3, §4.1.10): with the account, the
 * certificates and the time limits of the directory itself, and never with less protection. A reference by `ldap://` out
 * of a directory that is read over TLS is followed with StartTLS. The certificate must carry the name that the
 * reference has: a `serverName` of the configuration is that of another server.
 */
export class ReferenceFollower {
  readonly #sessions = new Map<string, OpenDirectory>();
  readonly #done = new Set<string>();

  /** Where a search begins. */
  begin({ session }: OpenDirectory, place: Place): Visit {
    const { host, port } = parseAddress(session.server);
    return { place, trail: [keyOf(`${host}:${port}`, place)] };
  }

  /**
   * Judges a reference that a search met. @returns those of its URLs that may be followed, or undefined when what they
   * lead to is not wanted. @throws BridgeError when something is there that cannot be read
   */
  judge(directory: OpenDirectory, { place, trail }: Visit, uris: readonly string[]): readonly LdapUrl[] | undefined {
    if (isIrrelevant(uris, place.base, directory)) return undefined;
    const urls = uris.flatMap((uri) => parseLdapUrl(uri) ?? []).filter((url) => isAllowed(directory.options, url));
    if (urls.length === 0) throw notFollowed(uris, place.base);
    const safe = urls.filter((url) => isSafe(directory, url));
    if (safe.length === 0) throw cleartext(urls);
    if (trail.length < longestTrail) return safe;
    throw new BridgeError(
      'D2S_DIRECTORY_READ_INCOMPLETE',
      `references below ${place.base} lead through more than ${longestTrail} servers`,
      remedy,
    );
  }

  /**
   * The search that goes on where a reference points to, on a server that answers; undefined when it was done already,
   * because two places contain the same reference.
   */
  async follow(
    directory: OpenDirectory,
    { place, trail }: Visit,
    urls: readonly LdapUrl[],
  ): Promise<{ readonly directory: OpenDirectory; readonly visit: Visit } | undefined> {
    const there = await this.#open(directory, urls);
    const { host, port } = parseAddress(there.session.server);
    const url = urls.find((candidate) => addressOf(candidate) === there.session.server);
    const next = { base: url?.dn ?? place.base, depth: url?.depth ?? place.depth, filter: url?.filter ?? place.filter };
    const key = keyOf(`${host}:${port}`, next);
    if (trail.includes(key)) {
      throw new BridgeError('D2S_DIRECTORY_READ_INCOMPLETE', `references below ${place.base} lead in a circle`, remedy);
    }
    if (this.#done.has(key)) return undefined;
    this.#done.add(key);
    return { directory: there, visit: { place: next, trail: [...trail, key] } };
  }

  close(): void {
    for (const { session } of this.#sessions.values()) session.close();
  }

  async #open(directory: OpenDirectory, urls: readonly LdapUrl[]): Promise<OpenDirectory> {
    const addresses = [...new Set(urls.map(addressOf))];
    for (const address of addresses) {
      const open = this.#sessions.get(address);
      if (open !== undefined) return open;
    }
    const { options, kind, signal } = directory;
    const { context } = options.tls;
    const there = await openDirectory(
      {
        ...options,
        kind,
        urls: addresses,
        startTls: isProtected(directory),
        tls: context === undefined ? {} : { context },
      },
      { order: () => Promise.resolve(addresses), works: ignore, broke: ignore },
      signal,
    );
    this.#sessions.set(there.session.server, there);
    return there;
  }
}

const remedy = 'look at the referral entries of the servers: somebody has to hold what they refer to';

function ignore(): void {
  // Which of the directory's own servers is read is not for these to say.
}

function addressOf({ secure, host, port }: LdapUrl): string {
  return `${secure ? 'ldaps' : 'ldap'}://${host}:${port}`;
}

function keyOf(address: string, { base, depth, filter }: Place): string {
  return `${address.toLowerCase()} ${dnKey(base)} ${depth} ${JSON.stringify(filter)}`;
}

function isAllowed({ referrals }: LdapSourceOptions, { secure, host, port }: LdapUrl): boolean {
  const names = port === (secure ? 636 : 389) ? [host, `${host}:${port}`] : [`${host}:${port}`];
  return referrals?.follow.some((allowed) => names.includes(allowed.toLowerCase())) === true;
}

/** Whether nothing goes to the directory's own server in clear. */
function isProtected({ options, session }: OpenDirectory): boolean {
  return options.startTls || parseAddress(session.server).secure;
}

function isSafe(directory: OpenDirectory, url: LdapUrl): boolean {
  const { bind, referrals } = directory.options;
  return (
    bind === undefined ||
    url.secure ||
    isProtected(directory) ||
    referrals?.allowsCleartext(new URL(addressOf(url))) === true
  );
}

function cleartext(urls: readonly LdapUrl[]): BridgeError {
  return new BridgeError(
    'D2S_CLEARTEXT_REFUSED',
    `a reference leads to ${urls.map(({ host }) => host).join(', ')}, where the password would travel in clear text`,
    'read the directory over ldaps:// or with `startTls: true`: then references are followed with TLS too',
  );
}

/**
 * Whether a continuation reference (RFC 4511 §4.5.3: "the rest of this subtree is at that server") leads to something
 * that nobody wants: below the root of its domain, Active Directory always refers to the partitions for configuration
 * and DNS. They lie below it by name only, and hold no people.
 */
function isIrrelevant(uris: readonly string[], base: string, { kind, rootDse }: OpenDirectory): boolean {
  if (kind !== 'active-directory') return false;
  const root = foldDn(rootDse.get('defaultnamingcontext')?.[0] ?? '');
  return root !== '' && foldDn(base) === root && uris.some((uri) => isPartition(uri, root));
}

/** What lies at a server that is not asked was not read, so the reading is not complete. */
function notFollowed(uris: readonly string[], base: string): BridgeError {
  return new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    `a part of ${base} is held by another server: ${uris.map(hostOf).join(', ')}`,
    'choose bases that do not contain that part and add it as a directory of its own when it is wanted, or name the server in `referrals.follow`',
  );
}

function isPartition(uri: string, root: string): boolean {
  const path = /^ldaps?:\/\/[^/]*\/([^?]*)/i.exec(uri)?.[1];
  if (path === undefined) return false;
  const dn = foldDn(decode(path));
  return ['cn=configuration', 'dc=forestdnszones', 'dc=domaindnszones'].some((rdn) => dn === `${rdn},${root}`);
}

/** The DN in an LDAP URL is percent-encoded (RFC 4516 §2.1). */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Enough to compare DNs made of plain `dc` names. */
function foldDn(dn: string): string {
  return dn
    .toLowerCase()
    .replace(/\s*([,=])\s*/g, '$1')
    .trim();
}

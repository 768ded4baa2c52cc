import type { SecureContext } from 'node:tls';
import type { ReadingLimits } from '../../../core/directory/reading-limits.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { AbsenceReason } from '../../../core/model/reading.ts';
import type { ChangeDetection, DirectoryKind } from '../../../ports/directory-source.ts';

/** What a directory server can be, where it is not left to the rootDSE (`auto`). */
export type LdapKind = Exclude<DirectoryKind, 'ldif'>;

/** Everything the LDAP adapter has to know: plain data that was validated before. Secrets are functions, read each time. */
export interface LdapSourceOptions {
  /** Name of the directory in the configuration. */
  readonly name: string;
  /** `ldap://` or `ldaps://` URLs, the preferred one first; the next one is for when a server cannot be reached. */
  readonly urls: readonly string[];
  /** Where the servers are looked up, in place of `urls`. They are only ever spoken to over TLS. */
  readonly discover?: LdapDiscovery;
  /** Upgrade `ldap://` connections with StartTLS (RFC 4511 §4.14) before anything else is sent. */
  readonly startTls: boolean;
  readonly tls: {
    /** Whom to trust and what to show of oneself, asked for each connection; what Node has by itself when it is not given. */
    readonly context?: () => Promise<SecureContext>;
    /** The name that the certificate must carry, in place of the URL's host. */
    readonly serverName?: string;
  };
  /**
   * Simple bind, or SASL EXTERNAL (RFC 4422 appendix A): the server knows us by the certificate that `tls.context` shows.
   * Without it the session stays anonymous.
   */
  readonly bind?: { readonly dn: string; readonly password: () => Promise<string> } | { readonly external: true };
  readonly kind: 'auto' | LdapKind;
  /** The attribute that is the source id; what fits the kind when it is not given. Its values are UUIDs. */
  readonly idAttribute?: string;
  /** How changes are found; `auto` when it is not given. */
  readonly changes?: ChangeDetection;
  /** Where users are; without it no user is read. */
  readonly users?: LdapSearchScope;
  /** Where groups are; without it no group is read. */
  readonly groups?: LdapSearchScope;
  /** Which servers a reference may lead to. Without it no reference is followed, and a reading that meets one fails. */
  readonly referrals?: {
    /** `host`, for the usual ports of LDAP, or `host:port`. Lets `changes` be `full`. */
    readonly follow: readonly string[];
    /** Whether the password may be sent there in clear text. */
    readonly allowsCleartext: (url: URL) => boolean;
  };
  /** What a reading may take; `defaultReadingLimits` when it is not given. */
  readonly limits?: ReadingLimits;
  readonly timeouts: {
    /** For one server: name look-up, TCP and TLS together. */
    readonly connectMilliseconds: number;
    /** How long the server may leave us waiting for its next message. */
    readonly idleMilliseconds: number;
  };
  /** Told before each request. */
  readonly onStart?: (operation: LdapOperation) => void;
  /** Told once for each finished request, of `connect` and `bind` with the URL of the server. */
  readonly onRequest?: (operation: LdapOperation, milliseconds: number, outcome: LdapOutcome, server?: string) => void;
  /** Told when another server than the one before is read, in either direction. URLs. */
  readonly onFailover?: (from: string, to: string) => void;
  /** Told what became of entries that were known and are not shown any more. */
  readonly onAbsent?: (absenceReasons: ReadonlyMap<SourceId, AbsenceReason>) => void;
  /** For hold times; the one of the machine when it is not given. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** Servers by DNS SRV records. */
export interface LdapDiscovery {
  readonly domain: string;
  /** Active Directory's name for a place of the network: its domain controllers come first. */
  readonly site?: string | undefined;
  /** Whether servers outside the domain may be named: only where something else says whose certificates count. */
  readonly anyName: boolean;
  /** How DNS is asked; the servers of the system when it is not given. */
  readonly lookUp?: (
    name: string,
    signal: AbortSignal,
  ) => Promise<
    readonly { readonly name: string; readonly port: number; readonly priority: number; readonly weight: number }[]
  >;
  /** At least 0 and less than 1; Math.random when it is not given. */
  readonly random?: () => number;
}

export interface LdapSearchScope {
  /** Each is searched with its whole subtree. They may overlap. */
  readonly bases: readonly string[];
  /** RFC 4515 text; the default fits the kind of directory. */
  readonly filter?: string;
}

/** `refused`: the server answered with another result than success (RFC 4511 §4.1.9). `failed`: no answer that could be used. */
export type LdapOutcome = 'success' | 'refused' | 'failed';

/** `connect` includes TLS; `search` is one page; `range` is one part of an attribute that came in parts. */
export type LdapOperation = 'connect' | 'bind' | 'root_dse' | 'search' | 'range';

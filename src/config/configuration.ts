import type { ReadingLimits } from '../core/directory/reading-limits.ts';
import type { Layer } from '../core/dialect/layers.ts';
import type { Expression } from '../core/expression/expression.ts';
import type { NestedGroups, TypeScope } from '../core/mapping/definition.ts';
import type { ScimPath } from '../core/mapping/scim-path.ts';
import type { Schedule } from '../core/model/schedule.ts';
import type { GuardLimits, RemovalPolicy } from '../core/planning/policy.ts';
import type { ChangeDetection, DirectoryKind } from '../ports/directory-source.ts';

/** A configuration file that was found good: defaults filled in, durations in milliseconds, paths absolute. */
export interface Configuration {
  /** Absolute path of the file. */
  readonly file: string;
  readonly directories: ReadonlyMap<string, DirectoryConfiguration>;
  readonly targets: ReadonlyMap<string, TargetConfiguration>;
  readonly schedule: {
    /** Incremental cycles, where the directory can tell what changed. */
    readonly poll: Schedule;
    /** Full cycles. */
    readonly full: Schedule;
    /** Comparisons of targets with what they should have; never, where it is not said. */
    readonly verify?: Schedule;
    /** How long a target may be quiet before it is asked whether it is there. */
    readonly probeMilliseconds: number;
  };
  /** Folder of the embedded state. */
  readonly state: { readonly path: string };
  /** Who is told of what. */
  readonly notify: readonly NotifyConfiguration[];
  /** Where health and metrics are served. */
  readonly http: { readonly listen: ListenAddress };
  readonly log: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
    readonly format: 'auto' | 'json' | 'pretty';
    /** Of the provisioning log: whether it has values, and how much of it is kept. */
    readonly values: boolean;
    readonly keepMilliseconds: number;
    readonly megabytes: number;
  };
}

/** One webhook. */
export interface NotifyConfiguration {
  readonly webhook: string | SecretReference;
  readonly format: 'json' | 'slack' | 'teams';
  readonly secret?: SecretReference;
  readonly on: readonly ('held' | 'quarantined' | 'failing' | 'recovered')[];
  readonly tls: TargetTlsConfiguration;
  readonly allowCleartext: boolean;
}

/** Where a secret lies. It is read each time that it is needed (`readSecret`), so that it may be changed meanwhile. */
export type SecretReference = { readonly file: string } | { readonly env: string };

export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Where entries of one type are. */
export interface SearchScope {
  readonly bases: readonly string[];
  /** RFC 4515 text; absent: what fits the kind of directory. */
  readonly filter?: string;
}

interface DirectoryBasics {
  readonly name: string;
  /** Which attribute is the source id; absent: the one of its kind. */
  readonly idAttribute?: string;
  readonly changes: ChangeDetection;
  readonly limits: ReadingLimits;
  /** Names of other directories whose entries its DNs may mean. */
  readonly sees: readonly string[];
}

export interface LdapDirectoryConfiguration extends DirectoryBasics {
  readonly kind: 'auto' | Exclude<DirectoryKind, 'ldif'>;
  /** Tried in order. Empty with `discover`. */
  readonly urls: readonly string[];
  /** Where the servers are looked up in DNS. */
  readonly discover?: { readonly domain: string; readonly site?: string };
  readonly bind?:
    | { readonly kind: 'simple'; readonly dn: string; readonly password: SecretReference }
    | { readonly kind: 'external' };
  readonly startTls: boolean;
  readonly tls: TargetTlsConfiguration;
  /** Where references may lead to, as `host` or `host:port`. Empty: none is followed. */
  readonly referrals: { readonly follow: readonly string[] };
  /** Also where a password travels because of a reference. */
  readonly allowCleartext: boolean;
  readonly users?: SearchScope;
  readonly groups?: SearchScope;
}

export interface LdifDirectoryConfiguration extends DirectoryBasics {
  readonly kind: 'ldif';
  /** Absent: what most of its entries look like. */
  readonly exportedFrom?: Exclude<DirectoryKind, 'ldif'>;
  readonly path: string;
  /** Without bases, the whole file is searched. */
  readonly users?: Partial<SearchScope>;
  readonly groups?: Partial<SearchScope>;
}

export type DirectoryConfiguration = LdapDirectoryConfiguration | LdifDirectoryConfiguration;

export interface TlsConfiguration {
  /** File with PEM certificates of authorities; `readAuthorities` reads it. */
  readonly ca?: string;
  /** Nobody is trusted but `ca`. */
  readonly onlyCa?: true;
}

export type TargetAuth =
  | { readonly kind: 'bearer'; readonly token: SecretReference }
  | { readonly kind: 'basic'; readonly username: string; readonly password: SecretReference }
  | OAuthConfiguration
  | { readonly kind: 'headers'; readonly headers: ReadonlyMap<string, SecretReference> };

export interface OAuthConfiguration {
  readonly kind: 'oauth2';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: SecretReference;
  readonly scope?: string;
  readonly method: 'basic' | 'post';
  /** Further parameters of the request for a token. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** `cert` and `key` are there together or not at all. All are files in PEM form. */
export interface TargetTlsConfiguration extends TlsConfiguration {
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

export interface ProxyConfiguration {
  /** Without a login. */
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: SecretReference };
}

export interface TargetConfiguration {
  readonly name: string;
  readonly url: string;
  readonly auth: TargetAuth;
  readonly profile: TargetProfile;
  readonly tls: TargetTlsConfiguration;
  /** Secrets may travel in clear text, also beyond loopback. */
  readonly allowCleartext: boolean;
  /** Undefined: what the environment says. */
  readonly proxy?: ProxyConfiguration;
  /** What a scheduled comparison does with what it finds; `off`: the target is not compared. */
  readonly drift: 'report' | 'repair' | 'off';
  /** Names of directories, in the order of the file. */
  readonly from: readonly string[];
  /** Whether an entry may pass from one of them to another without anybody's word. */
  readonly overlap: 'held' | 'allowed';
  readonly scope: { readonly users: TypeScope; readonly groups: TypeScope; readonly nested: NestedGroups };
  readonly users: TypeConfiguration & { readonly createInactive: boolean; readonly reactivateAdopted: boolean };
  /** `adopt` undefined: first match, and never a group with members whom nobody of ours put there. */
  readonly groups: Omit<TypeConfiguration, 'adopt'> & {
    readonly adopt?: TypeConfiguration['adopt'];
    readonly adoptedMembers: 'keep' | 'remove';
  };
  readonly removal: RemovalPolicy;
  readonly guard: GuardLimits & {
    /** DNs or source ids of entries without which no reading is believed. */
    readonly mustSee: readonly string[];
  };
  readonly limits: {
    readonly concurrency: 'auto' | number;
    /** How many users may be active. */
    readonly seats?: number;
    /** A SCIM path of users. */
    readonly seatOrder: string;
  };
  /** What the profile makes of the rest of the configuration, where somebody might expect something else. For `check`. */
  readonly notes: readonly string[];
}

/** How a target speaks SCIM, as the configuration says. What discovery and refusals say comes in between later. */
export interface TargetProfile {
  /** The name or the path, as it is written in the configuration. */
  readonly name: string;
  readonly about?: ProfileAbout;
  /** `profile`, one a file, the base first; then `config`. None where nothing differs from the RFCs. */
  readonly layers: readonly Layer[];
}

/** Where the values of a profile come from. */
export interface ProfileAbout {
  /** What the target is called. */
  readonly title: string;
  /** URLs of the pages that say so, or of threads about it. */
  readonly sources: readonly string[];
  /** Month in which they were read, `2026-11`. */
  readonly date: string;
  /** `documented`: from the sources, not tested live; `lab`: tried against a server. */
  readonly tested: 'documented' | 'lab';
  /** What no setting can say. */
  readonly notes: readonly string[];
}

export interface TypeConfiguration {
  /** Canonical SCIM paths, in order. */
  readonly match: readonly string[];
  readonly adopt: 'first-match' | 'never' | 'also-foreign';
  /** What the configuration adds to the preset map. */
  readonly map: readonly MapChange[];
}

/** One line of a `map` in the file: a rule in addition to the preset or in place of one, or null to remove one. */
export interface MapChange {
  readonly path: ScimPath;
  readonly rule: { readonly expression: Expression; readonly apply: 'always' | 'create' } | null;
  /** `file:line:column`, for messages and explanations. */
  readonly place: string;
}

import { clean } from './clean.ts';
import type { Faults } from './faults.ts';
import type { BulkBehaviour, ErrorBehaviour, HttpBehaviour, PaceBehaviour } from './behaviour-http.ts';
import type { GroupBehaviour, MemberBehaviour, UserBehaviour, ValueBehaviour } from './behaviour-resources.ts';
import type { FilterBehaviour, ListBehaviour } from './behaviour-reading.ts';

/**
 * What a SCIM server is like: everything in which real ones differ. Plain data, and not the client's words: it says what
 * a server does, whoever asks. `clean` is a server that keeps to RFC 7643 and 7644; vendors.ts has those of vendors.
 */
export interface Behaviour {
  /** `1.1`: schemas `urn:scim:schemas:core:1.0`, PATCH with a partial resource, errors as `Errors` (Slack's v1). */
  readonly protocol: '2.0' | '1.1';
  readonly http: HttpBehaviour;
  readonly discovery: DiscoveryBehaviour;
  readonly users: UserBehaviour;
  readonly groups: GroupBehaviour;
  readonly patch: PatchBehaviour;
  readonly values: ValueBehaviour;
  readonly members: MemberBehaviour;
  readonly filter: FilterBehaviour;
  readonly list: ListBehaviour;
  readonly errors: ErrorBehaviour;
  readonly bulk: BulkBehaviour;
  readonly pace: PaceBehaviour;
}

export interface DiscoveryBehaviour {
  /** Salesforce and SCIM 1.1 have an s at the end; Qualified and Polis have none. */
  readonly serviceProviderConfig: 'ServiceProviderConfig' | 'ServiceProviderConfigs' | 'absent';
  readonly resourceTypes: boolean;
  readonly schemas: boolean;
  /** What ServiceProviderConfig says although it is not so (Slack says that it does not filter). */
  readonly claims: {
    readonly patch?: boolean;
    readonly filter?: boolean;
    readonly etag?: boolean;
    readonly bulk?: boolean;
  };
}

/** How PATCH is understood (RFC 7644 §3.5.2), for users and groups alike. */
export interface PatchBehaviour {
  /** `lower`: the RFC. `any`: Add, add, ADD. `capital`: add is refused, as by servers that were built for Entra only. */
  readonly operationCase: 'lower' | 'any' | 'capital';
  /**
   * `single`: without a path only one attribute (AWS). `required`: never without a path. `absent`: paths only where they
   * have a filter, or with remove and members (servers built for Entra with its flag, or for Okta).
   */
  readonly paths: 'any' | 'single' | 'required' | 'absent';
  /**
   * `emails[type eq "work"].value`. `refused`: 400 (GitHub organisations, Sentry). `ignored`: answered as if done (GitHub
   * EMU). `no-target`: never finds the element.
   */
  readonly valueFilters: 'applied' | 'refused' | 'ignored' | 'no-target';
  /** A value filter without a hit: 400 noTarget as the RFC says, or a new element (Entra expects that, Polis does it). */
  readonly noMatch: 'refused' | 'adds';
  /** `colon`: `URN:department`. `object`: only `{URN: {department}}`, without a path. */
  readonly extensions: 'any' | 'colon' | 'object';
  /** Keys like `name.givenName` in a value without a path: what Entra sends with its flag. */
  readonly dottedKeys: boolean;
  /** How attributes can be cleared. `null` and `empty` ("" or []) are outside of the RFC. */
  readonly clear: readonly ('remove' | 'null' | 'empty')[];
  /** `alone`: `active` only in a request of its own, without a path (Okta sends nothing else). */
  readonly active: 'any' | 'alone';
  /** More are refused with tooMany (Keycloak, Sentry: 100). */
  readonly maxOperations: number;
  /** False: members and attributes cannot be changed in one request. */
  readonly mixed: boolean;
  /** False: operations before a failing one stay applied (scimgateway). */
  readonly atomic: boolean;
  /** True: `add` to a list replaces the list (SCIMServer 0.55). */
  readonly addReplaces: boolean;
}

/** Some of a behaviour; lists are values. */
export type PartialBehaviour = {
  readonly [Key in keyof Behaviour]?: Behaviour[Key] extends string ? Behaviour[Key] : Partial<Behaviour[Key]>;
};

/** A clean server with these differences, the last one on top. */
export function behaviourOf(...parts: readonly PartialBehaviour[]): Behaviour {
  let result: Behaviour = clean;
  for (const part of parts) result = lay(result, part);
  return result;
}

/** The simple faults of a running server are differences of behaviour too. */
export function differencesOf(faults: Faults): PartialBehaviour {
  const { ignoreFilters, patch, patchWithoutBody, pageLimit, paging, totalIsPage, hideMembers } = faults;
  const type = {
    ...(patch === undefined ? {} : { patch }),
    ...(patchWithoutBody === true ? { patchAnswer: 'empty' as const } : {}),
  };
  return {
    users: type,
    groups: type,
    members: hideMembers === true ? { shown: 'never' } : {},
    filter: ignoreFilters === true ? { ignored: true } : {},
    list: {
      ...(pageLimit === undefined ? {} : { defaultPage: pageLimit, maxPage: pageLimit }),
      ...(paging === undefined ? {} : { paging }),
      ...(totalIsPage === true ? { total: 'page' as const } : {}),
    },
  };
}

function lay(base: Behaviour, part: PartialBehaviour): Behaviour {
  return {
    protocol: part.protocol ?? base.protocol,
    http: { ...base.http, ...part.http },
    discovery: { ...base.discovery, ...part.discovery },
    users: { ...base.users, ...part.users },
    groups: { ...base.groups, ...part.groups },
    patch: { ...base.patch, ...part.patch },
    values: { ...base.values, ...part.values },
    members: { ...base.members, ...part.members },
    filter: { ...base.filter, ...part.filter },
    list: { ...base.list, ...part.list },
    errors: { ...base.errors, ...part.errors },
    bulk: { ...base.bulk, ...part.bulk },
    pace: { ...base.pace, ...part.pace },
  };
}

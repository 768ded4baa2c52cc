/**
 * How one target speaks SCIM: every choice that the RFCs leave open, or that real servers make differently. Plain data,
 * so that a new target is a file in config/profiles and not a line of code. `rfc7644.ts` holds the values of the RFCs;
 * a profile says only what differs.
 */
export interface Dialect {
  /** `1.1`: schemas `urn:scim:schemas:core:1.0`, updates by PUT or by a partial resource, errors as `Errors`. */
  readonly protocol: '2.0' | '1.1';
  /** Content-Type of requests, and what is preferred in answers (RFC 7644 §3.8). */
  readonly mediaType: 'application/scim+json' | 'application/json';
  /** Write `/Users/` where the RFC writes `/Users`. */
  readonly trailingSlash: boolean;
  /** Further headers of every request; no secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly discovery: DiscoveryDialect;
  readonly users: UserDialect;
  readonly groups: GroupDialect;
  readonly patch: PatchDialect;
  readonly values: ValueDialect;
  readonly members: MemberDialect;
  readonly filter: FilterDialect;
  readonly list: ListDialect;
  /**
   * Send `If-Match` with what is written after a reading (RFC 7644 §3.14). `auto`: when the resource speaks of versions;
   * `on`: also when only a header does. `required`: the target takes no change without (428, RFC 6585 §3), so that each
   * is read first.
   */
  readonly etag: 'auto' | 'on' | 'off' | 'required';
  readonly bulk: BulkDialect;
  /** Budgets, all of which a request must fit into. Empty: as fast as the target answers. */
  readonly rate: readonly RateBudget[];
}

export interface DiscoveryDialect {
  /** False: the documents are not asked for; what they would say is taken from here. */
  readonly use: boolean;
  /** Salesforce and SCIM 1.1 have an s at the end. */
  readonly serviceProviderConfig: 'ServiceProviderConfig' | 'ServiceProviderConfigs';
}

/** What updates of a type go by. `put-merge`: a PUT leaves alone what it does not name. `none`: there are no updates. */
export type UpdateMethod = 'patch' | 'put' | 'put-merge' | 'none';

interface TypeDialect {
  /** `patch` becomes `put` where ServiceProviderConfig or an answer says that there is no PATCH. */
  readonly update: UpdateMethod;
  /** False: the target makes them itself; they can be found and updated only. */
  readonly create: boolean;
  /** SCIM paths without which the target refuses a resource. Whoever lacks one is reported and not sent. */
  readonly required: readonly string[];
  /** SCIM paths that the target refuses or ignores: never sent, whatever the map says. */
  readonly drop: readonly string[];
  /** SCIM paths that can only be given at creation. */
  readonly immutable: readonly string[];
}

export interface UserDialect extends TypeDialect {
  /** How `active` is switched: like any attribute, or always by PATCH although attributes go by PUT (Zoom). */
  readonly activation: 'update' | 'patch';
  /** What `active: false` does. `deletes`: the account and its id are gone (Sentry, GitHub organisations, GitLab). */
  readonly deactivation: 'reversible' | 'deletes';
  /** What DELETE does. `deactivates`: Slack, Atlassian. `irreversible`: nothing of it can be had back (GitHub EMU). */
  readonly deletion: 'deletes' | 'deactivates' | 'irreversible' | 'none';
  /** False: `active: false` in a create is refused or ignored (WorkOS). */
  readonly createInactive: boolean;
  /** `recreate`: a deactivated user answers 404 and is created again to come back (Atlassian). */
  readonly reactivation: 'update' | 'recreate';
}

export interface GroupDialect extends TypeDialect {
  /** `off`: the target has no groups. `auto`: nobody has said; `check` tells where /ResourceTypes has none. */
  readonly supported: 'auto' | 'on' | 'off';
  readonly deletion: 'deletes' | 'none';
  /** The operation without path that renames a group says its `id` as well (Okta). */
  readonly renameWithId: boolean;
}

export interface PatchDialect {
  /** `capital`: Add, Replace, Remove, as Entra sends without its compatibility flag. */
  readonly operationCase: 'lower' | 'capital';
  /**
   * `each`: one operation an attribute, each with its path. `object`: one operation without path whose value is an
   * object, nested as in a resource. `dotted`: the same with keys like `name.givenName` (Entra with its flag).
   * Paths with a filter always stand in operations of their own.
   */
  readonly paths: 'each' | 'object' | 'dotted';
  /** `active` in a request of its own, without a path: `{"op":"replace","value":{"active":false}}` (Okta). */
  readonly activePathless: boolean;
  /** False: paths like `emails[type eq "work"].value` are refused or ignored; the whole attribute is written. */
  readonly valueFilters: boolean;
  /** How an attribute of an extension is named: `URN:attribute`, or as an object under the URN. */
  readonly extensionPaths: 'colon' | 'object';
  /** How a value is cleared. `skip`: not at all. */
  readonly clear: 'remove' | 'null' | 'empty' | 'skip';
  /** Operations in one request. */
  readonly maxOperations: number;
  /** False: adding members, removing members and changing attributes need requests of their own. */
  readonly mixed: boolean;
}

/** Lists that people have several elements of (RFC 7643 §4.1.2). */
export type SingleList = 'emails' | 'phoneNumbers' | 'addresses';

export interface ValueDialect {
  /** `string`: "True" and "False" in PATCH, as Entra sends them; whole resources keep booleans. */
  readonly booleans: 'boolean' | 'string';
  /** `enterprise.manager`: `{value: id}`, the bare id, `[{value: id}]` (Entra), or by the path `manager.value`. */
  readonly manager: 'object' | 'string' | 'array' | 'sub-attribute';
  /** Of several elements of these lists, keep the first that is mapped; `true`: of each of them. */
  readonly single: boolean | readonly SingleList[];
  /** Mark the first element of e-mails, phone numbers and addresses as primary when it is written. */
  readonly primary: boolean;
  /** A new user says `"groups": []`, a new group without members `"members": []` (Okta). */
  readonly emptyLists: boolean;
  /** Send user names and e-mail addresses in lower case. */
  readonly lowerCaseLogins: boolean;
}

export interface MemberDialect {
  /** `include`: a new group is created with its members, as many as one request takes. */
  readonly onCreate: 'after' | 'include';
  /**
   * `array`: `path: members, value: [{value}]`. `ids`: `value: ["id"]`. `nested`: `value: {members: [{value}]}`.
   * `pathless`: no path, `value: {members: [{value}]}`.
   */
  readonly add: 'array' | 'ids' | 'nested' | 'pathless';
  /**
   * `filter`: an operation `members[value eq "id"]` each. `filter-or`: several in one path, joined by `or`.
   * `values`: `path: members, value: [{value}]`.
   */
  readonly remove: 'filter' | 'filter-or' | 'values';
  /** Member values in one request. */
  readonly addPerRequest: number;
  readonly removePerRequest: number;
  /** Member values in one operation. */
  readonly valuesPerOperation: number;
  /** Bytes of one request's body. */
  readonly maxBytes: number;
  /** Whether `replace members` with the whole list is allowed, where add or remove fail. Only where proven safe. */
  readonly replace: boolean;
  /** How the members of a group are read. `own-record`: they cannot be. */
  readonly read: 'get' | 'attributes' | 'own-record';
  /** Whether a group can be a member. */
  readonly nested: boolean;
}

export interface FilterDialect {
  /**
   * Attributes that may be searched by, with `eq`; `any` until the target says otherwise. An attribute that was refused
   * is learned: it is missing from then on, or stands there as `!attribute` where any other may still be searched by.
   */
  readonly users: 'any' | readonly string[];
  readonly groups: 'any' | readonly string[];
  /** Characters of a filter, unencoded. */
  readonly maxLength: number;
  /** Whether `userName eq` ignores case as RFC 7643 §4.1.1 says. False: both spellings are asked for. */
  readonly ignoresCase: boolean;
  /** Look-ups say `&startIndex=1&count=100` (Okta): some servers built for it answer nothing without. */
  readonly window: boolean;
}

export interface ListDialect {
  /** `auto`: by index, and by cursor (RFC 9865) as soon as an answer has `nextCursor`. `none`: one page is all. */
  readonly paging: 'auto' | 'index' | 'cursor' | 'none';
  readonly pageSize: number;
  /** False: lists are wrong or missing; only look-ups are to be trusted (Snowflake, Google). */
  readonly usable: boolean;
  /** Ask for groups with `excludedAttributes=members`. */
  readonly excludeMembers: boolean;
}

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface BulkDialect {
  /** Off unless said, because a bulk request fails in more ways than a single one. */
  readonly use: boolean;
  /** What may travel in one. DELETE only where somebody saw that it is done: its outcome shows nothing. */
  readonly methods: readonly BulkMethod[];
  readonly maxOperations: number;
  readonly maxBytes: number;
  /** Webex spells it in lower case. */
  readonly operationsKey: 'Operations' | 'operations';
  /** `failOnErrors` of the request; 0 leaves it out: go on whatever happens. */
  readonly failOnErrors: number;
}

export interface RateBudget {
  readonly requests: number;
  readonly perSeconds: number;
  /** Requests that may leave at once; the whole budget unless said. */
  readonly burst?: number | undefined;
  /** Only these requests count. Absent: all of them. */
  readonly methods?: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[] | undefined;
  readonly resource?: 'users' | 'groups' | undefined;
}

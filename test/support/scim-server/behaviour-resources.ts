interface TypeBehaviour {
  /** False: 405 (Salesforce makes no groups). */
  readonly create: boolean;
  /** `needed`: a POST without `"groups": []` (users) or `members` (groups) is refused (servers built for what Okta sends). */
  readonly lists: 'any' | 'needed';
  /** SCIM paths without which POST and PUT are refused. */
  readonly required: readonly string[];
  /** Top-level attributes that no answer shows (GitLab: externalId, which is the id). */
  readonly hides: readonly string[];
  /** Top-level attributes that are refused with 400 (AWS: photos, entitlements, …). */
  readonly refused: readonly string[];
  /** SCIM paths that are taken and forgotten (Sentry: names). */
  readonly ignored: readonly string[];
  /** SCIM paths that cannot change once they have a value (Snowflake's organisations: userName). */
  readonly immutable: readonly string[];
  /** `active`: nothing but `replace active` (Zoom). `deactivate`: nothing but `replace active=false` (Sentry). A status: there is no PATCH. */
  readonly patch: 'full' | 'active' | 'deactivate' | 404 | 405 | 501;
  /**
   * `replace`: what is not supplied is gone. `merge`: what is not supplied stays (New Relic). `ignored`: 200, and nothing
   * happens (Sentry sets roles only). A status: there is no PUT (GitLab).
   */
  readonly put: 'replace' | 'merge' | 'ignored' | 404 | 405 | 501;
  /** False: PUT does not change `active` (Zoom). */
  readonly putActive: boolean;
  /** null in a PUT: nothing (RFC 7643 §2.5), 400 (better-auth), 500 (scimgateway). */
  readonly putNull: 'unassigned' | 'refused' | 'fails';
  /** `empty`: 204 (AWS groups, New Relic, GitLab). Others: 200 and a word that is no resource. */
  readonly patchAnswer: 'resource' | 'empty' | 'null' | 'true' | 'OK';
  /** `empty`: 204 (vCenter). Others as of PATCH. */
  readonly putAnswer: 'resource' | 'empty' | 'null' | 'true' | 'OK';
  /** `empty`: 201 and no body. */
  readonly createAnswer: 'resource' | 'empty';
}

export interface UserBehaviour extends TypeBehaviour {
  /** `deletes`: `active: false` removes the account and its id (Sentry, GitHub organisations, GitLab groups). */
  readonly deactivation: 'reversible' | 'deletes';
  /** What DELETE does: `deactivates` (Slack), `refused` with 405 (Salesforce). */
  readonly deletion: 'deletes' | 'deactivates' | 'refused';
  /** `hidden`: inactive accounts answer 404 until they are created again (Atlassian). */
  readonly inactive: 'shown' | 'hidden';
  /** `active: false` in a create. `ignored`: the account is active. */
  readonly createInactive: 'allowed' | 'refused' | 'ignored';
  /** `alike`: a POST that has the e-mail address of somebody is answered 201 with that account, as it was. */
  readonly makes: 'new' | 'alike';
  /** GitLab: the externalId. Some have numbers, also as JSON numbers; and long ones, beyond 2^53 (snowflake ids). */
  readonly ids: 'uuid' | 'externalId' | 'number' | 'long-number';
  /** `exact`: alice and Alice are two accounts (Polis). `lowered`: kept in lower case. */
  readonly userNames: 'any-case' | 'exact' | 'lowered';
}

export interface GroupBehaviour extends TypeBehaviour {
  /** False: 404 (GitHub organisations, GitLab, Zitadel). */
  readonly supported: boolean;
  readonly deletion: 'deletes' | 'refused';
  /** `with-id`: an operation without path has to say the id of the group (servers built for what Okta sends). */
  readonly renames: 'any' | 'with-id';
  /** Names that begin so are refused (Cloudflare: CF). */
  readonly refusedPrefix: string;
  /** WSO2 puts its store in front: `PRIMARY/Crew`, and takes the name so as well. */
  readonly shownPrefix: string;
  /** Figma answers `external_id`, and takes back what it answered. */
  readonly shownExternalId: 'externalId' | 'external_id';
  /** `loses-members`: a PATCH of the name empties the group. */
  readonly rename: 'keeps-members' | 'loses-members';
  /** False: two groups may have one name (scimmy). */
  readonly uniqueNames: boolean;
}

export interface ValueBehaviour {
  /** `either`: also "True" and "False". `string`: only those in a PATCH, as Entra sends them without its flag. */
  readonly booleans: 'boolean' | 'either' | 'string';
  /** Shapes of `manager` that are understood: {value}, the path manager.value, a bare id, [{value}] (Entra). */
  readonly manager: readonly ('object' | 'sub-attribute' | 'string' | 'array')[];
  /** More than one element of a list: 400 (AWS), or only the first is kept (Zitadel). */
  readonly several: 'kept' | 'refused' | 'first-kept';
  /** An e-mail that is not `primary: true` is refused (AWS). `one`: of the e-mails exactly one has to be (servers built for what Okta and Entra send). */
  readonly primaryRequired: boolean | 'one';
  /** Types of e-mails that are taken; undefined: any (scimmy: work, home, other). */
  readonly emailTypes: readonly string[] | undefined;
  /** False: types are forgotten (Zitadel). */
  readonly typesKept: boolean;
  /** Zitadel leaves only digits and the + of telephone numbers. */
  readonly phones: 'kept' | 'normalised';
  /** `N/A`: names are always shown so (Sentry). `flat`: shown as keys like "name.formatted" (GitLab). */
  readonly names: 'kept' | 'N/A' | 'flat';
  /** WSO2 has shown e-mails as a list of texts. */
  readonly emailsShown: 'objects' | 'texts';
}

export interface MemberBehaviour {
  /** `refused`: 400 (Keycloak). */
  readonly onCreate: 'accepted' | 'refused';
  /** Member values in a POST (AWS: 100). */
  readonly maxOnCreate: number;
  /**
   * `array`: path members, value [{value}]. `pathless`: value {members: [{value}]}. Outside of the RFC: `ids`, value
   * ["id"] (Keycloak), and `nested`, path members and value {members: […]} (Salesforce).
   */
  readonly add: readonly ('array' | 'pathless' | 'ids' | 'nested')[];
  /**
   * `filter`: members[value eq "x"]. `filter-or`: several joined by or. `all`: path members alone. Outside of the RFC:
   * `values`, path members with value [{value}] (Entra, New Relic).
   */
  readonly remove: readonly ('filter' | 'filter-or' | 'all' | 'values')[];
  /** What becomes of a removal in another style. `ignored`: answered as if done (GitHub EMU). `unsupported`: 501. */
  readonly otherRemovals: 'refused' | 'ignored' | 'unsupported';
  /** `all`: a removal takes everybody out of the group. */
  readonly removes: 'named' | 'all';
  /** Who is in already and is added again: no matter, or an error. */
  readonly again: 'taken' | 400 | 409 | 500;
  /** Who is not in and is removed: noTarget, as for any path with a filter, no matter, or another error. */
  readonly absent: 'noTarget' | 'taken' | 404 | 500;
  /** What the answer to a PATCH shows of the members: `none`, an empty list. */
  readonly answers: 'members' | 'none';
  /** Whether the whole list may be replaced, by PATCH or PUT (AWS: not). */
  readonly replace: 'allowed' | 'refused';
  /** Member values in one PATCH, with the status for more (AWS 100: 400; Miro 8000: 413). */
  readonly maxPerRequest: number;
  readonly tooManyStatus: 400 | 413;
  /** Member values in one operation. */
  readonly maxPerOperation: number;
  /** `attributes`: only when asked for with attributes=members (Keycloak). `single`: not in lists (Zoom). */
  readonly shown: 'always' | 'single' | 'attributes' | 'never';
  /** Members that do not exist: 400, left out without a word (WorkOS), or kept (scimmy). */
  readonly unknown: 'refused' | 'dropped' | 'kept';
  /** Who is added again: there once, or twice (scimmy, scim2-server). */
  readonly repeated: 'once' | 'twice';
  /** Whether groups can be members. */
  readonly nested: boolean;
  /** False: who is deleted stays a member (scimmy, SCIMServer). */
  readonly endsWithUser: boolean;
}

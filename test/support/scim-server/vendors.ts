import type { PartialBehaviour } from './behaviour.ts';

/**
 * What servers of vendors are like according to their documents of November 2026; none was asked. Written apart from
 * the client's profiles, so that the two check each other. Where a document is silent, the vendor keeps to the RFC here.
 */
export const vendors = {
  rfc7644: {},

  // docs.aws.amazon.com/singlesignon/latest/developerguide/{limitations,createuser,patchgroup,listgroups}.html
  'aws-identity-center': {
    users: {
      required: ['userName', 'displayName', 'name.givenName', 'name.familyName'],
      refused: ['password', 'ims', 'photos', 'x509Certificates', 'entitlements', 'groups'],
    },
    groups: { put: 404, patchAnswer: 'empty' },
    patch: { paths: 'single' },
    values: { several: 'refused', primaryRequired: true },
    members: { maxOnCreate: 100, maxPerRequest: 100, replace: 'refused', remove: ['filter', 'values'], shown: 'never' },
    filter: { or: false },
    list: { paging: 'both' },
    errors: {
      extra: {
        schema: 'urn:ietf:params:scim:api:messages:2.0:Error',
        exceptionRequestId: 'request-1',
        timeStamp: '2026-11-01 00:00:00.000',
      },
    },
  },

  // github/docs: provisioning-users-and-groups-with-scim-using-the-rest-api, emu-scim-rate-limit-details
  'github-emu': {
    http: { basePath: '/scim/v2/enterprises/acme', requiredHeaders: ['user-agent'] },
    users: {
      required: ['externalId', 'userName', 'displayName', 'active', 'emails.value', 'emails.type', 'emails.primary'],
    },
    patch: { valueFilters: 'ignored' },
    members: { remove: ['values', 'all'], otherRemovals: 'ignored' },
    filter: {
      users: ['userName', 'externalId', 'id', 'displayName'],
      groups: ['externalId', 'id', 'displayName'],
      and: false,
      or: false,
    },
    pace: { buckets: [{ requests: 1000, perSeconds: 3600, methods: ['POST'], resource: 'Users' }] },
  },

  // docs.github.com: REST, organisations, SCIM
  'github-org': {
    http: { basePath: '/scim/v2/organizations/acme', requiredHeaders: ['user-agent'] },
    users: { deactivation: 'deletes' },
    groups: { supported: false },
    patch: { valueFilters: 'refused' },
    pace: { buckets: [{ requests: 5000, perSeconds: 3600 }] },
  },

  // gitlabhq/gitlabhq: doc/development/internal_api
  gitlab: {
    http: { basePath: '/api/scim/v2/groups/acme' },
    users: {
      required: ['externalId', 'userName', 'emails', 'name'],
      immutable: ['userName', 'emails', 'name'],
      put: 405,
      patchAnswer: 'empty',
      deactivation: 'deletes',
      ids: 'externalId',
      hides: ['externalId'],
    },
    groups: { supported: false },
    patch: { operationCase: 'any', clear: [] },
    values: { names: 'flat', booleans: 'either' },
    filter: { and: false, or: false },
    list: { defaultPage: 20 },
  },

  // docs.slack.dev/reference/scim-api
  slack: {
    users: { required: ['userName', 'emails'], deletion: 'deactivates' },
    discovery: { claims: { filter: false } },
    list: { maxPage: 1000 },
    pace: {
      buckets: [
        { requests: 180, perSeconds: 60, burst: 20, methods: ['POST', 'PUT', 'PATCH', 'DELETE'], resource: 'Users' },
        { requests: 600, perSeconds: 60, burst: 180, methods: ['POST', 'PUT', 'PATCH', 'DELETE'] },
        { requests: 300, perSeconds: 60, methods: ['GET'], resource: 'Users' },
        { requests: 1000, perSeconds: 60, methods: ['GET'] },
      ],
    },
  },

  // docs.slack.dev/reference/scim-api/scim-api-1.1
  'slack-v1': {
    protocol: '1.1',
    http: { basePath: '/scim/v1', mediaType: 'application/json' },
    discovery: { serviceProviderConfig: 'ServiceProviderConfigs', resourceTypes: false, schemas: false },
    users: { required: ['userName', 'emails'], deletion: 'deactivates' },
    pace: {
      buckets: [
        { requests: 180, perSeconds: 60, burst: 20, methods: ['POST', 'PUT', 'PATCH', 'DELETE'], resource: 'Users' },
      ],
    },
  },

  // developer.atlassian.com/cloud/admin/user-provisioning/rest
  atlassian: {
    http: { basePath: '/scim/directory/acme' },
    users: { deletion: 'deactivates', inactive: 'hidden' },
    filter: { users: ['userName', 'externalId'], and: false, or: false },
  },

  // developers.zoom.us/docs/api/scim2
  zoom: {
    http: { basePath: '/scim2' },
    users: { patch: 'active', putActive: false },
    groups: { put: 405 },
    members: { shown: 'single' },
    filter: { users: ['userName'], groups: ['displayName'], and: false, or: false },
    errors: { shape: 'zoom' },
    pace: {
      buckets: [
        { requests: 1, perSeconds: 1, resource: 'Users' },
        { requests: 1, perSeconds: 1, resource: 'Groups' },
      ],
    },
  },

  // help.salesforce.com: identity_scim_{overview,rest_api,manage_groups}
  salesforce: {
    http: { basePath: '/services/scim/v2' },
    discovery: { serviceProviderConfig: 'ServiceProviderConfigs' },
    users: { required: ['userName', 'entitlements'], deletion: 'refused' },
    groups: { create: false, deletion: 'refused' },
    members: { add: ['nested'] },
  },

  // docs.databricks.com: scim-2-1
  'databricks-account': {
    http: { basePath: '/api/2.0/accounts/acme/scim/v2' },
    errors: { scimTypes: false },
    pace: { buckets: [{ requests: 1, perSeconds: 6, methods: ['PATCH'], resource: 'Groups' }] },
  },

  // docs.snowflake.com: BCR-2276 (bundle 2026_03)
  snowflake: { values: { several: 'refused' }, filter: { and: false, or: false } },
  'snowflake-before-2026_03': {
    values: { several: 'refused' },
    filter: { and: false, or: false, unsupported: 'empty' },
    list: { unfiltered: 'synthetic' },
  },

  // docs.cloud.google.com/identity/docs/scim/reference/rest
  'google-cloud-identity': {
    http: { basePath: '/v1beta1/customers/C1/v2', etags: 'off' },
    list: { paging: 'everything', unfiltered: 'refused' },
  },

  // developers.miro.com/reference/rate-limits
  miro: {
    http: { basePath: '/api/v1/scim', maxBodyBytes: 800_000 },
    members: { maxPerRequest: 8000, tooManyStatus: 413 },
    pace: {
      buckets: [
        { requests: 200, perSeconds: 30, methods: ['GET', 'POST'], resource: 'Users' },
        { requests: 100, perSeconds: 30, methods: ['PUT', 'PATCH'], resource: 'Users' },
        { requests: 20, perSeconds: 30, methods: ['DELETE'], resource: 'Users' },
        { requests: 20, perSeconds: 30, methods: ['GET'], resource: 'Groups' },
        { requests: 100, perSeconds: 30, methods: ['PATCH'], resource: 'Groups' },
      ],
    },
  },

  // developers.figma.com/docs/rest-api/scim-endpoints
  figma: {
    http: { basePath: '/scim/v2/acme', etags: 'shown' },
    groups: { shownExternalId: 'external_id' },
    filter: { users: ['userName', 'externalId'], and: false, or: false },
    list: { maxPage: 200 },
  },

  // getsentry/sentry: src/sentry/core/endpoints/scim/members.py
  sentry: {
    http: { basePath: '/api/0/organizations/acme/scim/v2' },
    users: { patch: 'deactivate', put: 'ignored', deactivation: 'deletes' },
    patch: { valueFilters: 'refused', maxOperations: 100 },
    values: { booleans: 'either', names: 'N/A' },
    filter: { users: ['userName'], and: false, or: false },
  },

  // newrelic/docs-website: scim-support-automated-user-management
  'new-relic': {
    users: { required: ['userName', 'emails', 'active'], put: 'merge', patchAnswer: 'empty' },
    groups: { put: 'merge', patchAnswer: 'empty' },
    patch: { operationCase: 'any' },
    members: { remove: ['values'] },
    filter: { and: false, or: false },
    list: { position: false },
  },

  // keycloak/keycloak: docs/documentation/server_admin/topics/scim
  keycloak: {
    http: { basePath: '/realms/acme/scim/v2' },
    patch: { maxOperations: 100 },
    members: { onCreate: 'refused', add: ['ids'], remove: ['filter', 'filter-or'], shown: 'attributes' },
    filter: { maxLength: 2048 },
  },

  // zitadel/zitadel: docs/docs/apis/scim2.md
  zitadel: {
    http: { basePath: '/scim/v2/acme', version: 'number' },
    users: { patchAnswer: 'empty' },
    groups: { supported: false },
    values: { several: 'first-kept', typesKept: false, phones: 'normalised' },
    filter: { users: ['externalId', 'userName', 'emails', 'emails.value', 'id'], maxLength: 1000 },
    bulk: { supported: true },
  },

  // wso2/product-is: #5079 #5072 #7320 #11889 #12813 #20981
  wso2: {
    http: { basePath: '/scim2' },
    groups: { shownPrefix: 'PRIMARY/' },
    values: { emailsShown: 'texts' },
    members: { add: ['pathless'] },
    list: { groupIndex: false, total: 'page' },
    bulk: { supported: true },
  },

  // developer.hashicorp.com/terraform: api-docs/scim
  terraform: {
    filter: { users: ['userName', 'externalId'], groups: ['displayName', 'externalId'], and: false, or: false },
    list: { maxPage: 200 },
  },

  // cloudflare/cloudflare-docs: scim-setup
  cloudflare: { groups: { refusedPrefix: 'CF' } },

  // developer.webex.com: bulk-manage-scim-2
  webex: {
    http: { basePath: '/identity/scim/acme/v2' },
    bulk: {
      supported: true,
      operationsKey: 'operations',
      failOnErrorsRequired: true,
      methods: ['POST', 'PATCH', 'DELETE'],
    },
  },

  // learn.microsoft.com: synchronization-synchronizationjob-post-bulkupload
  'entra-bulkupload': {
    http: { accepts: ['application/scim+json'] },
    discovery: { serviceProviderConfig: 'absent', resourceTypes: false, schemas: false },
    groups: { supported: false },
    bulk: { supported: true, only: true, maxOperations: 50, answer: 'asynchronous' },
    pace: { buckets: [{ requests: 40, perSeconds: 1 }] },
  },

  // workos/scim-bridge: docs/workos-scim-requirements.md
  workos: {
    http: { maxBodyBytes: 2_000 * 1024 },
    users: { required: ['userName', 'emails'], createInactive: 'refused' },
    members: { unknown: 'dropped' },
  },

  // help.zscaler.com: scim-api-examples
  zscaler: { pace: { buckets: [{ requests: 5, perSeconds: 1 }] } },

  // @boxyhq/saml-jackson 26, as it was seen to behave
  polis: {
    discovery: { serviceProviderConfig: 'absent', resourceTypes: false, schemas: false },
    users: { userNames: 'exact' },
    patch: { noMatch: 'adds' },
    values: { booleans: 'either' },
    members: { remove: ['filter', 'all', 'values'], shown: 'never', unknown: 'dropped' },
    filter: { users: ['userName'], unsupported: 'empty', ignoresCase: false },
    errors: { status: 'absent' },
  },

  // learn.microsoft.com: use-scim-to-provision-users-and-groups; a server that knows nothing but what Entra sends
  'entra-legacy': {
    groups: { patchAnswer: 'empty' },
    patch: { operationCase: 'capital', paths: 'required', noMatch: 'adds', extensions: 'colon' },
    values: { booleans: 'string', manager: ['array'], primaryRequired: 'one' },
    members: { add: ['array'], remove: ['values'], onCreate: 'refused', replace: 'refused' },
  },

  // learn.microsoft.com: application-provisioning-config-problem-scim-compatibility; Entra with aadOptscim062020
  'entra-optscim062020': {
    groups: { patchAnswer: 'empty' },
    patch: { paths: 'absent', noMatch: 'adds' },
    values: { manager: ['object', 'array', 'string'], primaryRequired: 'one' },
    members: { add: ['array'], remove: ['filter'], onCreate: 'refused', replace: 'refused' },
  },

  // developer.okta.com/docs/reference/scim: users by PUT, active by PATCH without a path, members one by one
  okta: {
    users: { patch: 'active', lists: 'needed' },
    groups: { lists: 'needed', renames: 'with-id' },
    values: { primaryRequired: 'one' },
    patch: { paths: 'absent', active: 'alone' },
    members: { add: ['array'], remove: ['filter'] },
    filter: { emptyStatus: 404, window: 'needed' },
  },

  // The same guides: what the app wizard makes gets everything by PUT
  'okta-put': {
    users: { patch: 501, lists: 'needed' },
    groups: { patch: 501, lists: 'needed' },
    values: { primaryRequired: 'one' },
    filter: { emptyStatus: 404, window: 'needed' },
  },
} as const satisfies Readonly<Record<string, PartialBehaviour>>;

export type VendorName = keyof typeof vendors;

export function isVendorName(name: string): name is VendorName {
  return Object.hasOwn(vendors, name);
}

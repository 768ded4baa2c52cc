import type { Dialect } from './dialect.ts';

/** What RFC 7643 and 7644 say, and where they leave it open what most targets take. */
export const rfc7644: Dialect = {
  protocol: '2.0',
  mediaType: 'application/scim+json',
  trailingSlash: false,
  headers: {},
  discovery: { use: true, serviceProviderConfig: 'ServiceProviderConfig' },
  users: {
    update: 'patch',
    create: true,
    required: ['userName'], // RFC 7643 §4.1.1
    drop: [],
    immutable: [],
    activation: 'update',
    deactivation: 'reversible',
    deletion: 'deletes',
    createInactive: true,
    reactivation: 'update',
  },
  groups: {
    update: 'patch',
    create: true,
    required: ['displayName'], // RFC 7643 §4.2
    drop: [],
    immutable: [],
    supported: 'auto',
    deletion: 'deletes',
    renameWithId: false,
  },
  patch: {
    operationCase: 'lower',
    paths: 'each',
    activePathless: false,
    valueFilters: true,
    extensionPaths: 'colon',
    clear: 'remove',
    maxOperations: 100, // AWS, Keycloak and Sentry take no more
    mixed: true,
  },
  values: {
    booleans: 'boolean',
    manager: 'object',
    single: false,
    primary: false,
    emptyLists: false,
    lowerCaseLogins: false,
  },
  members: {
    onCreate: 'after',
    add: 'array',
    remove: 'filter',
    addPerRequest: 100, // AWS
    removePerRequest: 100,
    valuesPerOperation: 100,
    maxBytes: 256 * 1024,
    replace: false,
    read: 'get',
    nested: true,
  },
  // Several servers compare user names exactly (scimmy, scimgateway), against RFC 7643 §4.1.1: asking twice finds them all.
  filter: { users: 'any', groups: 'any', maxLength: 2000, ignoresCase: false, window: false },
  list: { paging: 'auto', pageSize: 100, usable: true, excludeMembers: false },
  etag: 'auto',
  bulk: {
    use: false,
    methods: ['POST', 'PUT', 'PATCH'],
    maxOperations: 100,
    maxBytes: 1024 * 1024,
    operationsKey: 'Operations',
    failOnErrors: 0,
  },
  rate: [],
};

import type { Behaviour } from '../../support/scim-server/index.ts';
import type { Case, SectionCases } from './case.ts';

const tenPerTen = [{ requests: 10, perSeconds: 10 }];
/** So that something is refused at all. */
const refuses = {
  filter: { users: ['userName'], groups: ['displayName'] },
  patch: { valueFilters: 'refused' },
} as const;
const bulk = (rest: Partial<Behaviour['bulk']> = {}): Case => ({
  with: { bulk: { supported: true, ...rest } },
  dialect: { bulk: { use: true, maxOperations: 10 } },
});
const entraBulk = {
  untried: 'answers nothing but that it will do it, and has no Users to look at: no client could know',
} as const;

export const httpCases: SectionCases<Behaviour['http']> = {
  basePath: [{ value: '/scim2', like: {} }],
  accepts: { 'application/scim+json': {}, 'application/json': {} },
  mediaType: { 'application/scim+json': {}, 'application/json': {}, 'text/plain': {}, 'text/html': {} },
  encoding: { identity: {}, gzip: {}, deflate: {}, br: {} },
  byteOrderMark: { true: {}, false: {} },
  trailingSlash: { never: {}, required: { dialect: { trailingSlash: true } }, redirected: {} },
  noRoute: {
    status: {},
    page: { with: { users: { patch: 405 }, groups: { patch: 405 } } },
    json: { with: { users: { patch: 405 }, groups: { patch: 405 } } },
  },
  gone: { error: {}, fails: {}, page: {} },
  requiredHeaders: [
    { value: ['user-agent'], like: {} },
    { value: ['x-tenant'], like: { dialect: { headers: { 'x-tenant': 'acme' } } } },
  ],
  maxBodyBytes: [{ value: 1300, like: {} }],
  latencyMilliseconds: [{ value: 2, like: {} }],
  writes: { synchronous: {}, asynchronous: {} },
  etags: { honoured: {}, required: {}, demanded: {}, shown: {}, off: {} },
  version: { weak: {}, number: {} },
};

export const discoveryCases: SectionCases<Behaviour['discovery']> = {
  serviceProviderConfig: {
    ServiceProviderConfig: {},
    ServiceProviderConfigs: { dialect: { discovery: { serviceProviderConfig: 'ServiceProviderConfigs' } } },
    absent: {},
  },
  resourceTypes: { true: {}, false: {} },
  schemas: { true: {}, false: {} },
  claims: [
    { value: { patch: false }, like: {} },
    { value: { filter: false }, like: {} },
    { value: { etag: false }, like: {} },
    { value: { bulk: true }, like: {} },
    { value: { bulk: true }, like: { dialect: { bulk: { use: true } } } },
  ],
};

export const errorCases: SectionCases<Behaviour['errors']> = {
  shape: {
    scim: { with: refuses },
    zoom: { with: refuses },
    problem: { with: refuses },
    text: { with: refuses },
    html: { with: refuses },
  },
  status: { text: {}, number: { with: refuses }, absent: { with: refuses } },
  detail: { text: {}, list: { with: refuses } },
  conflict: { 409: {}, 422: {} },
  scimTypes: { true: {}, false: { with: refuses } },
  extra: [{ value: { exceptionRequestId: 'request-1' }, like: { with: refuses } }],
  unauthorised: { same: {}, text: { with: refuses } },
};

export const bulkCases: SectionCases<Behaviour['bulk']> = {
  supported: { true: bulk(), false: { dialect: { bulk: { use: true } } } },
  maxOperations: [{ value: 3, like: bulk() }],
  maxPayloadSize: [{ value: 4000, like: bulk() }],
  operationsKey: {
    Operations: bulk(),
    operations: { ...bulk(), dialect: { bulk: { use: true, maxOperations: 10, operationsKey: 'operations' } } },
  },
  methods: [{ value: ['POST', 'PATCH', 'DELETE'], like: bulk() }],
  idle: [
    { value: ['PATCH'], like: bulk() },
    { value: ['PUT'], like: bulk() },
  ],
  failOnErrorsRequired: {
    true: { ...bulk(), dialect: { bulk: { use: true, maxOperations: 10, failOnErrors: 10 } } },
    false: bulk(),
  },
  status: { text: bulk(), number: bulk(), object: bulk() },
  order: { asked: bulk(), reversed: bulk() },
  answer: { outcomes: bulk(), asynchronous: entraBulk },
  only: { true: entraBulk, false: bulk() },
};

export const paceCases: SectionCases<Behaviour['pace']> = {
  buckets: [
    { value: tenPerTen, like: {} },
    {
      value: [
        { requests: 30, perSeconds: 10, methods: ['POST', 'PATCH'] },
        { requests: 8, perSeconds: 4, burst: 2, resource: 'Groups' },
      ],
      like: {},
    },
  ],
  tells: {
    seconds: { with: { pace: { buckets: tenPerTen } } },
    date: { with: { pace: { buckets: tenPerTen } } },
    'x-ratelimit-reset': { with: { pace: { buckets: tenPerTen } } },
    ratelimit: { with: { pace: { buckets: tenPerTen } } },
    nothing: { with: { pace: { buckets: tenPerTen } } },
  },
  failAfterCommit: [{ value: 3, like: {} }],
  unavailable: [{ value: 4, like: {} }],
};

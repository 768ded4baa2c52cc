import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartialDialect } from '../../../src/core/dialect/layers.ts';
import type { VendorName } from '../../support/scim-server/index.ts';
import { startScimmy } from '../../support/scimmy.ts';
import { blocking, examine, examineAll, findingOf, unhurried } from './examination.ts';

/** What a doctor has to find out about servers that are like those of vendors. */
const learned: Partial<Readonly<Record<VendorName, PartialDialect>>> = {
  rfc7644: { members: { onCreate: 'include' }, filter: { ignoresCase: true }, list: { excludeMembers: true } },
  'aws-identity-center': {
    users: { required: ['userName', 'displayName', 'name.givenName', 'name.familyName'] },
    values: { single: true, primary: true },
    members: { read: 'own-record' },
  },
  'github-emu': {
    users: { required: ['userName', 'displayName', 'emails'] },
    values: { primary: true },
    patch: { valueFilters: false },
    members: { remove: 'values' },
    filter: { users: ['userName', 'externalId', 'id', 'displayName'] },
  },
  'github-org': { users: { deactivation: 'deletes' }, groups: { supported: 'off' }, patch: { valueFilters: false } },
  gitlab: {
    users: { deactivation: 'deletes', immutable: ['userName', 'name.givenName', 'name.familyName', 'emails'] },
    groups: { supported: 'off' },
  },
  zoom: { users: { update: 'put', activation: 'patch' }, filter: { users: ['userName'], groups: ['displayName'] } },
  sentry: {
    users: {
      update: 'none',
      activation: 'patch',
      deactivation: 'deletes',
      drop: ['name.givenName', 'name.familyName'],
    },
    filter: { users: ['userName'] },
  },
  'new-relic': { members: { remove: 'values' } },
  keycloak: { members: { add: 'ids', read: 'attributes' } },
  zitadel: { groups: { supported: 'off' }, values: { single: true }, filter: { maxLength: 1000 } },
  wso2: { members: { add: 'pathless' }, list: { usable: false } },
  workos: { users: { required: ['userName', 'emails'], createInactive: false } },
  snowflake: { values: { single: true } },
  'google-cloud-identity': { list: { usable: false } },
  webex: { bulk: { operationsKey: 'operations', failOnErrors: 10 } },
  'entra-legacy': {
    patch: { operationCase: 'capital' },
    values: { booleans: 'string', manager: 'array' },
    members: { remove: 'values' },
  },
  'entra-optscim062020': { patch: { paths: 'object' } },
  okta: {
    users: { update: 'put' },
    groups: { renameWithId: true },
    patch: { paths: 'object' },
    values: { emptyLists: true },
    filter: { window: true },
  },
};

describe('a doctor', { concurrency: 2 }, () => {
  for (const [name, says] of Object.entries(learned) as [VendorName, PartialDialect][]) {
    it(`finds out what a server like ${name} is like, and leaves nothing there`, async (context) => {
      const examination = await examineAll(context, unhurried(name));
      assert.deepEqual(blocking(examination), []);
      assert.partialDeepStrictEqual(examination.says, says);
    });
  }

  it('finds out what scimmy is like: exact names, members twice, lists that start again', async (context) => {
    const server = await startScimmy();
    context.after(() => server.stop());
    const examination = await examine(server.url, {}, undefined, server.token);
    assert.deepEqual([blocking(examination), examination.leftovers], [[], []]);
    assert.deepEqual(examination.says, {
      members: { onCreate: 'include', addPerRequest: 1000, valuesPerOperation: 1000 },
      list: { excludeMembers: true },
      bulk: { methods: ['POST', 'PATCH', 'DELETE'] },
    });
    for (const [subject, trial] of [
      ['Searching users', 'another case'],
      ['Lists', 'beyond the end'],
      ['Members', 'add again'],
      ['Members', 'who is deleted'],
      ['Member limits', 'unknown members'],
    ] as const) {
      assert.equal(findingOf(examination, subject, trial).verdict, 'lies', trial);
    }
  });
});

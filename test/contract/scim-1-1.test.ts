import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import type { PartialBehaviour } from '../support/scim-server/behaviour.ts';
import {
  applied,
  clear,
  describeScimTarget,
  enterprise,
  found,
  members,
  set,
  signal,
  type TargetFixture,
} from './scim-target.ts';
import { begin, createPerson, createTeam } from './scim-target-dialects-stage.ts';
import { targetOptions } from './scim-target-options.ts';

const old: PartialBehaviour = {
  protocol: '1.1',
  discovery: { serviceProviderConfig: 'ServiceProviderConfigs', resourceTypes: false, schemas: false },
  http: { accepts: ['application/json'] },
};
const core = 'urn:scim:schemas:core:1.0';
const oldEnterprise = 'urn:scim:schemas:extension:enterprise:1.0';

async function fixture(behaviour: PartialBehaviour): Promise<TargetFixture> {
  const server = await startScimServer({ token: 'secret-token', behaviour });
  const target = createScimTarget(
    targetOptions(server.url, 'secret-token', { dialect: [{ origin: 'profile', says: { protocol: '1.1' } }] }),
  );
  return {
    target,
    read: (type, id) =>
      Promise.resolve((type === 'user' ? server.users() : server.groups()).find((body) => body['id'] === id)),
    async stop() {
      await target.close();
      await server.stop();
      assert.deepEqual(server.violations, []);
    },
  };
}

describeScimTarget('client before a server of SCIM 1.1', () => fixture(old));
describeScimTarget(
  'client before a server of SCIM 1.1 without PATCH',
  () => fixture({ ...old, users: { patch: 405 }, groups: { patch: 405 } }),
  { withoutPatch: true },
);

describe('a server of SCIM 1.1', () => {
  it('gets resources, changes and searches in the old form', async (context) => {
    const stage = await begin(context, old, { protocol: '1.1' });
    const boss = await createPerson(stage, 'boss');
    stage.server.clearRequests();
    const [manager, department] = [`${enterprise}:manager.value`, `${enterprise}:department`];
    const id = applied(
      await stage.target.create(
        'user',
        new Map([
          ['userName', 'a'],
          [manager, boss],
        ]),
        signal,
      ),
    );
    applied(
      await stage.target.update(
        'user',
        id,
        [set('active', false), clear(manager), clear('title'), set(department, 'Sales', false)],
        signal,
      ),
    );
    found(await stage.target.find('user', `${enterprise}:employeeNumber`, '7', signal));
    assert.deepEqual(
      stage.server.requests.map(({ method, path, body }) => [method, path.replace(id, 'ID'), body]),
      [
        [
          'POST',
          '/Users',
          { schemas: [core, oldEnterprise], userName: 'a', [oldEnterprise]: { manager: { managerId: boss } } },
        ],
        [
          'PATCH',
          '/Users/ID',
          {
            schemas: [core, oldEnterprise],
            active: false,
            [oldEnterprise]: { department: 'Sales' },
            meta: { attributes: [`${oldEnterprise}:manager`, 'title'] },
          },
        ],
        ['GET', `/Users?filter=${oldEnterprise}:employeeNumber eq "7"`, undefined],
      ],
    );
    assert.deepEqual(stage.server.violations, []);
  });

  it('gets members by themselves, and those who leave marked', async (context) => {
    const stage = await begin(context, old, { protocol: '1.1' });
    const { group, ids } = await createTeam(stage, 2);
    const [a = '', b = ''] = ids;
    applied(await stage.target.changeMembers(group, members([a]), signal));
    stage.server.clearRequests();
    applied(await stage.target.changeMembers(group, members([b], [a], [a]), signal));
    assert.deepEqual(
      stage.server.requests.map(({ body }) => body),
      [{ schemas: [core], members: [{ value: b }, { value: a, operation: 'delete' }] }],
    );
    assert.deepEqual([stage.server.groups()[0]?.['members'], stage.server.violations], [[{ value: b }], []]);
  });
});

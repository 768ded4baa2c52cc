import assert from 'node:assert/strict';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { createFakeTarget } from '../support/fake-target.ts';
import type { Faults } from '../support/scim-server/faults.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import { describeScimTarget, type TargetFixture } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

async function clientFixture(faults: Faults = {}): Promise<TargetFixture> {
  const server = await startScimServer({ token: 'secret-token', faults });
  const target = createScimTarget(targetOptions(server.url, 'secret-token'));
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

describeScimTarget('client before our own strict server', () => clientFixture());
describeScimTarget('client before a server that answers PATCH with nothing', () =>
  clientFixture({ patchWithoutBody: true }),
);
for (const patch of [405, 501] as const) {
  describeScimTarget(`client before a server that answers PATCH with ${patch}`, () => clientFixture({ patch }), {
    withoutPatch: true,
  });
}

describeScimTarget('fake', () => {
  const target = createFakeTarget({ name: 'fake' });
  return Promise.resolve({
    target,
    read: (type, id) =>
      Promise.resolve((type === 'user' ? target.users() : target.groups()).find((body) => body['id'] === id)),
    stop: () => target.close(),
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { cycleStage, person } from '../support/cycle-stage.ts';
import type { FilterBehaviour } from '../support/scim-server/behaviour-reading.ts';
import { clean } from '../support/scim-server/clean.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import { applied, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';

/** Whole cycles against a server that cannot be searched, or lies when it is. */
const servers: readonly (readonly [string, Partial<FilterBehaviour>])[] = [
  ['refuses every filter', { users: [], unsupported: 'refused' }],
  ['ignores every filter', { ignored: true }],
  ['finds nothing by externalId', { users: ['userName'], unsupported: 'empty' }],
  ['finds nothing by anything', { users: [], unsupported: 'empty' }],
];

describe('a target that cannot be searched', () => {
  for (const [name, rules] of servers) {
    it(`is given nobody twice where it ${name}`, async (context) => {
      const server = await startScimServer({ behaviour: { filter: { ...clean.filter, ...rules } } });
      const target = createScimTarget(targetOptions(server.url, 'any'));
      context.after(async () => {
        await target.close();
        await server.stop();
      });
      for (let number = 1; number <= 130; number += 1)
        applied(await target.create('user', new Map([['userName', `p${number}@example.org`]]), signal));
      const stage = cycleStage([person('p1'), person('new')]);
      const input = { prepare: () => Promise.resolve({ ...stage.setup, target }) };
      const { report } = await stage.cycle(input);
      assert.deepEqual(
        [report.applied.map(({ sourceId }) => sourceId).sort(), report.failed, report.rejected],
        [['new', 'p1'], [], []],
      );
      const found = server.users().filter(({ userName }) => userName === 'p1@example.org');
      assert.deepEqual([server.users().length, found.map(({ externalId }) => externalId)], [131, ['p1']]);
      server.clearRequests();
      stage.source.put(person('p2'));
      await stage.cycle(input);
      assert.deepEqual(
        server
          .users()
          .filter(({ userName }) => userName === 'p2@example.org')
          .map(({ externalId }) => externalId),
        ['p2'],
      );
      server.clearRequests();
      await stage.cycle(input);
      assert.deepEqual(server.requests, []);
    });
  }
});

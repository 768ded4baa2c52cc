import assert from 'node:assert/strict';
import { it } from 'node:test';
import { overriding } from '../../../src/ports/scim-target.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';

it('a target to which a part of an attribute is the whole gets the other parts with it, in one request', async () => {
  const users = { userName: 'lower(mail)', 'name.givenName': 'givenName', 'name.familyName': 'sn', active: 'true' };
  const stage = cycleStage([person('ada', { givenName: 'Ada', sn: 'Byron' })], {
    definition: definition({ users, match: { user: ['userName'] } }),
  });
  await stage.cycle();
  stage.source.put(person('ada', { givenName: 'Ada', sn: 'King' }));
  const target = overriding(stage.target, { partsReplace: true });
  const { report, calls } = await stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target }) });
  assert.deepEqual(
    calls.flatMap((call) => (call.method === 'update' ? call.changes.map(({ path }) => path) : [])),
    ['name.familyName', 'name.givenName'],
  );
  // The plan says what changes, and nothing else.
  const [operation] = report.applied;
  assert.deepEqual(operation?.verb === 'update' ? operation.changes.map(({ path }) => path) : [], ['name.familyName']);
});

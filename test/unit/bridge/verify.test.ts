import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { App } from '../../../src/bridge/app.ts';
import { verify } from '../../../src/bridge/verify.ts';
import { overriding, type ScimTarget } from '../../../src/ports/scim-target.ts';
import { cycleStage, minute, person } from '../../support/cycle-stage.ts';
import { whileTimePasses } from '../../support/fake-clock.ts';

describe('verify with a repair', () => {
  it('takes nobody for missing whom it has just made again, where reads of the target lag behind', async () => {
    const { clock, source, target, store, setup, cycle } = cycleStage(['a', 'b'].map((id) => person(id)));
    assert.equal((await cycle()).report.result, 'success');
    await clock.advance(10 * minute);
    const { signal } = new AbortController();
    await target.remove('user', 'user-1', signal);
    const lagging: Partial<ScimTarget> = {
      create: (...call) => {
        clock.jumpWallClock(1_000);
        return target.create(...call);
      },
      read: (type, id, ...rest) =>
        id === 'user-3'
          ? Promise.resolve({ class: 'gone', status: 404, detail: 'not here yet' })
          : target.read(type, id, ...rest),
    };
    const app = {
      configuration: { targets: new Map([['wiki', {}]]) },
      clock,
      sources: new Map([['corp', source]]),
      prepare: () => Promise.resolve({ ...setup, target: overriding(target, lagging) }),
      observer: () => undefined,
      openStore: () => Promise.resolve(store),
    } as unknown as App;
    const ending = { stopping: signal, aborting: signal };
    const { targets, failures } = await whileTimePasses(clock, verify(app, { repair: true }, ending));
    assert.deepEqual(failures, []);
    const [one] = targets;
    assert.deepEqual(one?.verified.counts, { user: { missing: 1 }, group: {} });
    assert.deepEqual(
      one.repair?.report.applied.map(({ verb }) => verb),
      ['create'],
    );
    assert.deepEqual(one.repair.notTaken, []);
  });
});

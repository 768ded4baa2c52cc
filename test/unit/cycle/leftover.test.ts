import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { isFailure, overriding } from '../../../src/ports/scim-target.ts';
import { cycleStage, hour, minute, person } from '../../support/cycle-stage.ts';

const lost: Failure = { class: 'unknown', detail: 'no answer' };
const conflict: Failure = { class: 'conflict', status: 409, detail: 'there is one' };

describe('what a request without a clear answer left of somebody who has gone', () => {
  const dies = { when: 'after', result: new Error('the process ended') } as const;
  const isAnna = (attributes: ReadonlyMap<string, ScimValue>): boolean => attributes.get('externalId') === 'anna';
  const off = person('anna', { status: 'off' });

  /** A target of which searches, or lists as well, do not show what was made. */
  const blind = (stage: ReturnType<typeof cycleStage>, lists = true) => {
    const none = { find: () => Promise.resolve([]), ...(lists ? { inventory: () => Promise.resolve(undefined) } : {}) };
    return {
      prepare: () =>
        Promise.resolve({
          ...stage.setup,
          target: Object.assign(Object.create(stage.target) as typeof stage.target, { ...stage.target, ...none }),
        }),
    };
  };
  const active = (stage: ReturnType<typeof cycleStage>): unknown =>
    stage.target.users().find((one) => one['externalId'] === 'anna')?.['active'];

  for (const refusal of [
    conflict,
    { class: 'rejected', status: 400, detail: 'no' },
    { class: 'throttled', status: 429, detail: 'no' },
  ] as const) {
    it(`ends where the target refused what it had done (${refusal.class}), and shows it only later`, async () => {
      const stage = cycleStage([person('cy'), person('anna')]);
      stage.target.setHook((call) =>
        call.method === 'create' && isAnna(call.attributes) ? { when: 'after', result: refusal } : undefined,
      );
      await stage.cycle(blind(stage));
      assert.deepEqual(await stage.store.openIntents('wiki'), []);
      stage.source.remove('anna');
      const { report } = await stage.cycle(blind(stage));
      assert.deepEqual(
        report.leftovers.map(({ sourceId }) => sourceId),
        ['anna'],
      );
      for (let step = 0; step < 3; step += 1) {
        await stage.clock.advance(minute);
        await stage.cycle();
      }
      assert.equal(active(stage), false);
      assert.deepEqual(await stage.store.openIntents('wiki'), []);
    });
  }

  it('is looked for once where the creation was refused a while ago', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) =>
      call.method === 'create' && isAnna(call.attributes)
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    await stage.cycle();
    stage.source.remove('anna');
    await stage.clock.advance(hour);
    stage.target.clearCalls();
    const { report } = await stage.cycle();
    assert.deepEqual([report.result, report.leftovers], ['success', []]);
    assert.deepEqual(
      stage.target.calls.map(({ method }) => method),
      ['find'],
    );
    await stage.clock.advance(hour);
    stage.target.clearCalls();
    await stage.cycle();
    assert.deepEqual(stage.target.calls, []);
    assert.deepEqual(await stage.store.refusedCreations('wiki'), []);
  });

  it('is told of by each cycle, and is no success where it cannot be ended or could not be looked for', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) => (call.method === 'create' && isAnna(call.attributes) ? dies : undefined));
    await stage.cycle();
    stage.source.remove('anna');
    const told = async (answer: Failure | undefined) => {
      await stage.clock.advance(hour);
      const find = () => Promise.resolve(answer ?? []);
      const target = overriding(stage.target, { find, inventory: () => Promise.resolve(undefined) });
      const { report } = await stage.cycle({
        attempt: 'asked',
        prepare: () => Promise.resolve({ ...stage.setup, target }),
      });
      return [report.result, report.leftovers.map(({ sourceId, blocked }) => [sourceId, blocked])];
    };
    const unusable: Failure = { class: 'protocol', detail: 'no usable id', unnamable: 'on' };
    assert.deepEqual(await told(unusable), ['partial', [['anna', 'unnamable']]]);
    assert.deepEqual(await told({ class: 'transient', detail: 'not now' }), ['partial', [['anna', 'unreached']]]);
    assert.deepEqual(await told(undefined), ['success', [['anna', undefined]]]);
    const { pending, pendingResources } = await stage.store.target('wiki');
    assert.deepEqual([pending, pendingResources], [1, { user: 1, group: 0 }]);
    assert.deepEqual(await told(unusable), ['partial', [['anna', 'unnamable']]]);
    // Somebody switches it off there by hand.
    assert.deepEqual(await told({ ...unusable, unnamable: 'off' }), ['success', []]);
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('is looked for again for a day, with growing pauses, and its access ends however late a search shows it', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) => (call.method === 'create' && isAnna(call.attributes) ? dies : undefined));
    await stage.cycle();
    stage.source.remove('anna');
    const seen = blind(stage);
    await stage.cycle(seen);
    let looks = 0;
    let open = (await stage.store.openIntents('wiki'))[0]?.lookAgainAt;
    for (let step = 0; step < 6 * 12; step += 1) {
      await stage.clock.advance(10 * minute);
      await stage.cycle(seen);
      const next = (await stage.store.openIntents('wiki'))[0]?.lookAgainAt;
      if (next !== open) looks += 1;
      open = next;
    }
    assert.ok(looks > 4 && looks < 12, `${looks} looks in 12 hours`);
    await stage.cycle({ attempt: 'asked' });
    assert.equal(active(stage), false);
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('is looked for during a day, and no longer, also when the clock was set back by months', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) => (call.method === 'create' && isAnna(call.attributes) ? dies : undefined));
    await stage.cycle();
    stage.source.remove('anna');
    stage.clock.jumpWallClock(-60 * 24 * hour);
    const seen = blind(stage);
    await stage.cycle(seen);
    assert.equal((await stage.store.openIntents('wiki')).length, 1);
    for (let step = 0; step < 32; step += 1) {
      await stage.clock.advance(hour);
      await stage.cycle(seen);
    }
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('is found in a list where a search by externalId answers nobody', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) => (call.method === 'create' && isAnna(call.attributes) ? dies : undefined));
    await stage.cycle();
    stage.source.remove('anna');
    await stage.clock.advance(hour);
    const { report } = await stage.cycle(blind(stage, false));
    // Nothing was committed before, so that a person is asked.
    assert.deepEqual(
      report.hold?.operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`),
      ['deactivate anna'],
    );
  });

  it('is not forgotten because a later request was refused: what the first one made may be what is in the way', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    let result = lost;
    stage.target.setHook((call) =>
      call.method === 'create' && isAnna(call.attributes) ? { when: 'after', result } : undefined,
    );
    await stage.cycle(blind(stage));
    result = conflict;
    await stage.clock.advance(hour);
    const { report } = await stage.cycle({ ...blind(stage), attempt: 'asked' });
    assert.equal(report.failed[0]?.failure.class, 'conflict');
    stage.source.remove('anna');
    await stage.clock.advance(2 * hour);
    await stage.cycle();
    assert.equal(active(stage), false);
  });

  it('is looked for when the entry is switched off meanwhile', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) =>
      call.method === 'create' && isAnna(call.attributes) ? { when: 'after', result: lost } : undefined,
    );
    await stage.cycle(blind(stage));
    stage.source.put(off);
    await stage.clock.advance(hour);
    await stage.cycle(blind(stage));
    await stage.clock.advance(2 * hour);
    await stage.cycle();
    assert.equal(active(stage), false);
  });

  it('is asked for no more after a week where the list fails each time and a search finds nobody', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) =>
      call.method === 'create' && isAnna(call.attributes) ? { ...dies, when: 'before' } : undefined,
    );
    await stage.cycle();
    stage.target.setHook((call) =>
      call.method === 'inventory'
        ? { when: 'before', result: { class: 'transient', status: 500, detail: 'no' } }
        : undefined,
    );
    stage.source.remove('anna');
    for (const [days, open] of [
      [2, 1],
      [6, 0],
    ] as const) {
      await stage.clock.advance(days * 24 * hour);
      await stage.cycle();
      assert.equal((await stage.store.openIntents('wiki')).length, open, `after ${days} more days`);
    }
  });

  it('is asked for no more when it was looked for in vain for a day', async () => {
    const stage = cycleStage([person('cy'), person('anna')]);
    stage.target.setHook((call) =>
      call.method === 'create' && isAnna(call.attributes) ? { ...dies, when: 'before' } : undefined,
    );
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.remove('anna');
    await stage.clock.advance(25 * hour);
    await stage.cycle();
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
    await stage.clock.advance(hour);
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});

describe('an account that a creation without a clear answer made, at a target that shows no externalId', () => {
  for (const { title, result, stays } of [
    { title: 'ends with its entry, though its adoption was refused', result: lost, stays: false },
    { title: 'is somebody else’s where the creation was refused', result: conflict, stays: true },
  ])
    it(title, async () => {
      const stage = cycleStage([person('cy'), person('anna')], { match: ['userName'] });
      const bare = <T extends { readonly body: Readonly<Record<string, unknown>> }>(found: T): T => ({
        ...found,
        body: { ...found.body, externalId: undefined },
      });
      const target = overriding(stage.target, {
        shows: () => false,
        find: async (type, path, value, aborted, content) => {
          const found = path === 'externalId' ? [] : await stage.target.find(type, path, value, aborted, content);
          return isFailure(found) ? found : found.map(bare);
        },
        read: async (...asked) => {
          const found = await stage.target.read(...asked);
          return isFailure(found) ? found : bare(found);
        },
        inventory: () => Promise.resolve(undefined),
      });
      const cycle = () => stage.cycle({ attempt: 'asked', prepare: () => Promise.resolve({ ...stage.setup, target }) });
      stage.target.setHook((call) => {
        if (call.method === 'create' && call.attributes.get('externalId') === 'anna') return { when: 'after', result };
        return call.method === 'update'
          ? { when: 'before', result: { class: 'rejected', status: 413, detail: 'too large' } }
          : undefined;
      });
      // At once by the creation, and as an adoption of its own.
      for (let turn = 0; turn < 2; turn += 1) {
        assert.equal((await cycle()).report.failed[0]?.failure.status, 413);
        await stage.clock.advance(hour);
      }
      stage.target.setHook(undefined);
      stage.source.remove('anna');
      await cycle();
      const anna = stage.target.users().find(({ userName }) => userName === 'anna@example.org');
      assert.equal(anna?.['active'], stays);
      assert.deepEqual(await stage.store.openIntents('wiki'), []);
    });
});

describe('an adoption without a clear answer', () => {
  it('of our own account is remembered when the target says that it is gone: when its entry leaves, access ends', async () => {
    const stage = cycleStage([person('cy'), person('ann')]);
    stage.target.setHook((call) =>
      call.method === 'create' && call.attributes.get('externalId') === 'ann'
        ? { when: 'after', result: new Error('the process ended') }
        : undefined,
    );
    await stage.cycle();
    stage.source.put(person('ann', { mail: 'ann.jones@example.org' }));
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'gone', status: 404, detail: 'there is none' } }
        : undefined,
    );
    await stage.cycle({ attempt: 'asked' });
    stage.target.setHook(undefined);
    stage.source.remove('ann');
    await stage.clock.advance(hour);
    await stage.cycle({ attempt: 'asked' });
    assert.equal(stage.target.users().find((one) => one['externalId'] === 'ann')?.['active'], false);
  });

  it('is gone on with by the id of the account, when the entry has another name and no search shows our id', async () => {
    const stage = cycleStage([person('ann')]);
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['userName', 'ann@example.org'],
        ['active', true],
      ]),
      new AbortController().signal,
    );
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'protocol', status: 200, detail: 'a page' } }
        : undefined,
    );
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.put(person('ann', { mail: 'ann.jones@example.org' }));
    await stage.clock.advance(hour);
    await stage.cycle();
    assert.deepEqual(
      stage.target.users().map((one) => [one['externalId'], one['userName']]),
      [['ann', 'ann.jones@example.org']],
    );
  });
});

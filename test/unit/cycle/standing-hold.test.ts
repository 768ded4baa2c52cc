import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { runCycles } from '../../../src/cycle/run-cycles.ts';
import { cycleStage, hour, operationsOf, person } from '../../support/cycle-stage.ts';
import { whileTimePasses } from '../../support/fake-clock.ts';
import { limitsWith } from '../../support/limits.ts';

const never = new AbortController().signal;
const newcomers = Array.from({ length: 60 }, (_, at) => `n${at}`);
const known = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'];
const disabled = known.slice(0, 4);

/** Six accounts that are on, four of them of people who are disabled, and sixty people who are new. */
async function firstLoad() {
  const entries = [
    ...known.map((id) => person(id, { status: disabled.includes(id) ? 'off' : 'on' })),
    ...newcomers.map((id) => person(id)),
  ];
  const stage = cycleStage(entries, { limits: limitsWith() });
  for (const id of known)
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['userName', `${id}@example.org`],
        ['active', true],
      ]),
      never,
    );
  return { ...stage, on: () => stage.target.users().filter(({ active }) => active === true).length };
}

describe('a hold', () => {
  it('of a first run does not end because the target has grown by what went on beside it', async () => {
    const stage = await firstLoad();
    const first = (await stage.cycle()).report;
    assert.deepEqual(
      first.hold?.findings.map(({ planned, population, allowed }) => [planned, population, allowed]),
      [[4, 6, 3]],
    );
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await stage.clock.advance(9 * hour);
      const { report, calls } = await stage.cycle();
      assert.deepEqual([report.hold?.holdId, calls], [first.hold.holdId, []]);
    }
    assert.equal(stage.on(), 66);
    await stage.store.decide({
      target: 'wiki',
      holdId: first.hold.holdId,
      decision: 'approve',
      at: new Date(stage.clock.now()).toISOString(),
    });
    assert.deepEqual(
      operationsOf((await stage.cycle()).report.applied),
      disabled.map((id) => `deactivate ${id}`),
    );
    assert.equal(stage.on(), 62);
  });

  it('does not end so when the process dies in the middle either', async () => {
    const stage = await firstLoad();
    let creations = 0;
    const death = Promise.withResolvers<undefined>();
    stage.target.setHook((call) => {
      if (call.method !== 'create' || ++creations < 50) return undefined;
      stage.store.crash();
      death.resolve(undefined);
      return new Promise<never>(() => undefined);
    });
    const input = {
      mode: 'incremental',
      attempt: 'due',
      sources: new Map([['corp', stage.source]]),
      prepare: () => Promise.resolve(stage.setup),
      clock: stage.clock,
      observer: () => undefined,
      signal: never,
      isStopping: () => false,
    } as const;
    await whileTimePasses(
      stage.clock,
      Promise.race([runCycles(['wiki'], { ...input, store: stage.store }), death.promise]),
    );
    stage.target.setHook(undefined);
    const store = stage.store.reopen();
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await stage.clock.advance(hour);
      await whileTimePasses(stage.clock, runCycles(['wiki'], { ...input, store }));
    }
    assert.equal((await store.counts('wiki')).user.active, 66);
    const { held, pendingResources } = await store.target('wiki');
    assert.equal(held?.operations.length, 4);
    assert.deepEqual(pendingResources, { user: 4, group: 0 });
    assert.equal(stage.on(), 66);
  });

  it('of an established target does not end because people were hired in the same cycle', async () => {
    const stage = cycleStage(
      known.map((id) => person(id)),
      { limits: limitsWith() },
    );
    await stage.cycle();
    await stage.clock.advance(48 * hour);
    for (const id of disabled) stage.source.remove(id);
    for (const id of newcomers.slice(0, 50)) stage.source.put(person(id));
    const first = (await stage.cycle()).report;
    assert.deepEqual([first.hold?.operations.length, first.applied.length], [4, 50]);
    await stage.clock.advance(hour);
    assert.equal((await stage.cycle()).report.hold?.holdId, first.hold?.holdId);
    stage.source.put(person('a0'));
    assert.deepEqual(
      operationsOf((await stage.cycle()).report.applied),
      ['deactivate a1', 'deactivate a2', 'deactivate a3'],
      'so many would have been let go then',
    );
  });
});

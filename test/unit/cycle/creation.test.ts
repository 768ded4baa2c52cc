import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, inShort, person } from '../../support/cycle-stage.ts';

const lost: Failure = { class: 'unknown', detail: 'no answer' };
const conflict: Failure = { class: 'conflict', status: 409, detail: 'there is one' };

describe('a creation', () => {
  it('whose answer was lost is looked for by our own id, and not sent again', async () => {
    const stage = cycleStage([person('anna')], { match: ['userName'], target: { unique: false } });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'after', result: lost } : undefined));
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls), ['find userName anna@example.org', 'create anna', 'find externalId anna']);
    assert.equal(report.result, 'success');
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.origin, 'created');
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('that never arrived is sent again within the same cycle', async () => {
    const stage = cycleStage([person('anna')]);
    let sent = 0;
    stage.target.setHook((call) => {
      if (call.method === 'create') sent += 1;
      return call.method === 'create' && sent === 1 ? { when: 'before', result: lost } : undefined;
    });
    assert.equal((await stage.cycle()).report.result, 'success');
    assert.equal(stage.target.users().length, 1);
  });

  it('that meets someone with the same name adopts them, where that is allowed', async () => {
    const stage = cycleStage([person('anna')]);
    stage.target.setHook(async (call) => {
      if (call.method !== 'create') return undefined;
      stage.target.setHook(undefined);
      await stage.target.create('user', new Map([['userName', 'anna@example.org']]), new AbortController().signal);
      return undefined;
    });
    const { report } = await stage.cycle();
    assert.equal(report.result, 'success');
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.origin, 'adopted');
    assert.deepEqual(stage.target.users().map(({ externalId }) => externalId), ['anna']);
  });

  it('leaves its intent open when nobody can say what became of it, and settles it by the next search', async () => {
    const stage = cycleStage([person('anna')]);
    let isDown = false;
    stage.target.setHook((call) => {
      if (call.method === 'create') {
        isDown = true;
        return { when: 'after', result: lost };
      }
      return isDown ? { when: 'before', result: { class: 'transient', status: 503, detail: 'down' } } : undefined;
    });
    assert.equal((await stage.cycle()).report.result, 'partial');
    assert.equal((await stage.store.openIntents('wiki')).length, 1);
    stage.target.setHook(undefined);
    await stage.clock.advance(60_000);
    assert.deepEqual((await stage.cycle()).report.applied.map(({ verb }) => verb), ['adopt']);
    assert.equal(stage.target.users().length, 1);
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('is settled when it is certain that it left nothing', async () => {
    const stage = cycleStage([person('anna')], { policy: { user: { match: ['userName'], adopt: 'never', create: true }, group: { match: [], adopt: 'never', create: true } } });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'before', result: conflict } : undefined));
    assert.equal((await stage.cycle()).report.failed[0]?.failure.class, 'conflict');
    assert.deepEqual(await stage.store.openIntents('wiki'), []);
  });

  it('of someone inactive switches nobody on when its answer is lost', async () => {
    const stage = cycleStage([person('anna', { status: 'off' })], { createInactive: true });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'after', result: lost } : undefined));
    await stage.cycle();
    assert.deepEqual(stage.target.users().map(({ active }) => active), [false]);
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle, 'deactivated');
  });

  it('of two who manage each other sends both, and then who manages whom', async () => {
    const manager = (id: string): string => `CN=${id},OU=Staff,DC=corp`;
    const stage = cycleStage([person('anna', { manager: manager('ben') }), person('ben', { manager: manager('anna') })]);
    const { report, calls } = await stage.cycle();
    assert.deepEqual(inShort(calls).slice(1).sort(), ['create anna', 'create ben', 'update user-1', 'update user-2']);
    assert.equal(report.result, 'success');
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('that fails takes nothing else with it: who refers to the newcomer waits', async () => {
    const stage = cycleStage([person('anna'), person('ben', { manager: 'CN=anna,OU=Staff,DC=corp' })]);
    stage.target.setHook((call) =>
      call.method === 'create' && call.attributes.get('externalId') === 'anna' ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } } : undefined,
    );
    const { report } = await stage.cycle();
    assert.deepEqual(report.applied.map(({ sourceId }) => sourceId), ['ben']);
    const again = await stage.cycle();
    assert.deepEqual([again.calls, again.report.waiting], [[], 1]);
  });

  it('that only adopts is remembered too: when the process ends in it and the entry leaves, the account does not stay', async () => {
    const stage = cycleStage([person('cy')]);
    await stage.cycle();
    await stage.target.create('user', new Map<string, ScimValue>([['userName', 'ann@example.org'], ['active', true]]), new AbortController().signal);
    stage.source.put(person('ann'));
    stage.target.setHook((call) => (call.method === 'update' ? { when: 'after', result: new Error('the process ended') } : undefined));
    await stage.cycle();
    stage.target.setHook(undefined);
    stage.source.remove('ann');
    await stage.cycle();
    const { origin, lifecycle } = (await stage.store.links('wiki', ['ann'])).get('ann') ?? {};
    assert.deepEqual([origin, lifecycle], ['adopted', 'deactivated']);
    assert.equal(stage.target.users().find((user) => user['userName'] === 'ann@example.org')?.['active'], false);
  });
});

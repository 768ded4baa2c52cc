import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VerifiedTarget, VerifyInput } from '../../../src/cycle/verify-target.ts';
import { goesOnForHours } from '../../../src/core/model/drift.ts';
import { overriding, type ScimTarget } from '../../../src/ports/scim-target.ts';
import { cycleStage, minute, person, team } from '../../support/cycle-stage.ts';
import { memoryNotes } from '../../support/memory-notes.ts';
import { readBack } from '../../support/read-back.ts';

const people = (count: number) =>
  Array.from({ length: count }, (_, at) => person(`p${String(at).padStart(4, '0')}`, { title: 'Engineer' }));

/** 300 people and a group on a target that does not list, so that each is looked up. */
async function withoutLists() {
  const all = people(300);
  const stage = cycleStage([...all, team('crew', [all[0]?.id ?? ''])]);
  for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle();
  await stage.clock.advance(10 * minute);
  stage.target.clearCalls();
  const notes = memoryNotes();
  const verify = (calls: Partial<ScimTarget> = {}, more: Partial<VerifyInput> = {}): Promise<VerifiedTarget> => {
    const target = overriding(stage.target, { walk: () => Promise.resolve('partial'), ...calls });
    return readBack({ ...stage, setup: { ...stage.setup, target, ...more.setup } }, { notes, ...more });
  };
  /** A comparison that is stopped after so many look-ups. */
  const cutAfter = async (most: number): Promise<VerifiedTarget> => {
    let reads = 0;
    const counted: Partial<ScimTarget> = {
      read: (...call) => {
        reads += 1;
        return stage.target.read(...call);
      },
    };
    return verify(counted, { isStopping: () => reads >= most });
  };
  const reads = (): number => {
    const count = stage.target.calls.filter(({ method }) => method === 'read').length;
    stage.target.clearCalls();
    return count;
  };
  const change = async (id: string): Promise<void> => {
    const link = (await stage.store.links('wiki', [id])).get(id);
    const { signal } = new AbortController();
    await stage.target.update(
      'user',
      link?.targetId ?? '',
      [{ path: 'title', change: 'set', value: 'Queen', had: true }],
      signal,
    );
    stage.target.clearCalls();
  };
  return { ...stage, notes, verify, cutAfter, reads, change };
}

describe('a comparison that was cut short', () => {
  it('goes on where it was: who was looked up is not asked about again, but for three', async () => {
    const stage = await withoutLists();
    const first = await stage.cutAfter(200);
    assert.ok(first.notCompared.left > 0);
    assert.equal(stage.reads(), 200);
    const second = await stage.verify();
    assert.deepEqual([second.compared, second.drift, second.notCompared.left], [{ user: 300, group: 1 }, [], 0]);
    assert.equal(second.continued?.resources, 197);
    assert.equal(stage.reads(), 301 - 200 + 3);
    assert.deepEqual([...stage.notes.lines], [], 'nothing is kept of what is over');
  });

  it('goes on after a target that was away, and after a crash', async () => {
    const stage = await withoutLists();
    let reads = 0;
    const away: Partial<ScimTarget> = {
      read: (...call) => {
        reads += 1;
        return reads <= 150 ? stage.target.read(...call) : Promise.resolve({ class: 'transient', detail: 'no answer' });
      },
    };
    await assert.rejects(stage.verify(away));
    stage.reads();
    const second = await stage.verify();
    assert.equal(second.compared.user, 300);
    assert.equal(second.continued?.resources, 147);
  });

  it('looks again at whoever differed, and keeps nothing of what it found', async () => {
    const stage = await withoutLists();
    await stage.change('p0007');
    await stage.cutAfter(100);
    assert.doesNotMatch(JSON.stringify([...stage.notes.lines]), /Queen|Engineer|p0007|user-/);
    const second = await stage.verify();
    assert.deepEqual(
      second.drift.map(({ sourceId }) => sourceId),
      ['p0007'],
    );
  });

  it('looks again at whoever the directory or a cycle changed since', async () => {
    const stage = await withoutLists();
    await stage.cutAfter(100);
    stage.source.put(person('p0050', { title: 'Director' }));
    await stage.cycle();
    await stage.clock.advance(10 * minute);
    await stage.change('p0050');
    const second = await stage.verify();
    assert.deepEqual(
      second.drift.map(({ sourceId }) => sourceId),
      ['p0050'],
    );
  });

  it('begins anew with another configuration, and when it is too old', async () => {
    const stage = await withoutLists();
    await stage.cutAfter(100);
    stage.reads();
    const otherwise = await stage.verify(
      {},
      { setup: { ...stage.setup, fingerprint: 'another map' }, isStopping: () => false },
    );
    assert.equal(otherwise.continued, undefined);
    await stage.cutAfter(100);
    await stage.clock.advance(goesOnForHours * 60 * minute + minute);
    assert.equal((await stage.verify()).continued, undefined);
  });

  it('believes no note that was torn or written by somebody else', async () => {
    const stage = await withoutLists();
    await stage.cutAfter(150);
    const lines = stage.notes.lines.get('wiki') ?? [];
    const [first = '', second = '', third = ''] = lines;
    stage.notes.lines.set('wiki', [
      first.slice(0, -9),
      second.replace('"noted":{}', '"noted":{"isGone":true}'),
      third,
      'x',
    ]);
    const verified = await stage.verify();
    assert.equal(verified.compared.user, 300);
    assert.equal(verified.continued?.resources, 50 - 3);
  });

  it('takes a target that has nobody any more for gone, and then begins anew', async () => {
    const stage = await withoutLists();
    await stage.cutAfter(200);
    const wiped: Partial<ScimTarget> = { read: () => Promise.resolve({ class: 'gone', status: 404, detail: 'none' }) };
    await assert.rejects(stage.verify(wiped), { code: 'D2S_TARGET_PROTOCOL' });
    assert.deepEqual([...stage.notes.lines], []);
  });

  it('looks up by now whoever shows nothing of what the target began to show of others', async () => {
    const stage = await withoutLists();
    const silent: Partial<ScimTarget> = {
      shows: () => false,
      read: async (...call) => {
        const one = await stage.target.read(...call);
        return 'body' in one ? { ...one, body: { ...one.body, title: undefined } } : one;
      },
    };
    let reads = 0;
    await stage.verify(
      { ...silent, read: (...call) => ((reads += 1), silent.read?.(...call) ?? stage.target.read(...call)) },
      { isStopping: () => reads >= 200 },
    );
    stage.reads();
    const second = await stage.verify({ shows: () => false });
    assert.deepEqual([second.drift, second.compared.user], [[], 300]);
    assert.equal(stage.reads(), 301, 'all of them once more');
  });
});

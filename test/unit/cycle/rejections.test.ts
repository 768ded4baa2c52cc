import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import type { Decision } from '../../../src/ports/decisions.ts';
import { cycleStage, operationsOf, person, team } from '../../support/cycle-stage.ts';
import {
  applied,
  by,
  comeBack,
  decide,
  eight,
  held,
  leave,
  loaded,
  narrow,
  staff,
  waiting,
} from '../../support/decision-stage.ts';
import { noLimits } from '../../support/limits.ts';
import { acknowledgedMembers } from '../../support/acknowledged-members.ts';

describe('a rejection', () => {
  it('keeps its operations out of what is counted: one more who leaves is judged alone', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    await decide(stage, holdId, 'reject');
    leave(stage, 'd');
    const { report } = await stage.cycle();
    assert.deepEqual(
      [report.result, applied(report), operationsOf(report.undone)],
      ['success', ['deactivate d'], ['deactivate a', 'deactivate b', 'deactivate c']],
    );
    const { rejections } = await stage.store.target('wiki');
    assert.deepEqual(
      rejections?.map(({ holdId: id, by: who, operations }) => [id, who, operations.length]),
      [[holdId, by, 3]],
    );
    leave(stage, 'e', 'f');
    const next = (await stage.cycle()).report;
    assert.deepEqual(
      operationsOf(next.hold?.operations ?? []),
      ['deactivate e', 'deactivate f'],
      'a hold of their own',
    );
  });

  it('keeps what follows with it: who is not removed stays a member', async () => {
    const stage = cycleStage([...staff, team('staff', eight)], narrow);
    await stage.cycle();
    stage.source.put(team('staff', eight.slice(3)));
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'reject');
    assert.deepEqual(
      [applied((await stage.cycle()).report), (await acknowledgedMembers(stage.store, 'wiki', 'staff')).length],
      [[], 8],
    );
  });

  it('ends for whoever is wanted again, and nobody else', async () => {
    const stage = await loaded();
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'reject');
    await stage.cycle();
    comeBack(stage, 'a');
    await stage.cycle();
    assert.deepEqual(
      (await stage.store.target('wiki')).rejections?.[0]?.operations.map(({ sourceId }) => sourceId),
      ['b', 'c'],
    );
    leave(stage, 'a');
    assert.deepEqual(applied((await stage.cycle()).report), ['deactivate a'], 'alone, it is no accident');
  });

  it('is taken back by an approval of the same id, of what still stands', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    await decide(stage, holdId, 'reject');
    await stage.cycle();
    comeBack(stage, 'a');
    await stage.cycle();
    await decide(stage, holdId, 'approve');
    assert.deepEqual(applied((await stage.cycle()).report), ['deactivate b', 'deactivate c']);
    const { rejections, approvals, decided } = await stage.store.target('wiki');
    assert.deepEqual(
      [rejections, approvals, decided?.map(({ decision, end }) => `${decision} ${end}`)],
      [undefined, undefined, ['reject taken', 'approve taken']],
    );
  });

  it('ends an approval that is under way', async () => {
    const stage = await loaded();
    const holdId = await held(stage, 'a', 'b', 'c');
    await decide(stage, holdId, 'approve');
    await stage.cycle({ isStopping: () => stage.target.calls.length > 0 });
    await decide(stage, holdId, 'reject');
    const { report } = await stage.cycle();
    assert.deepEqual([applied(report), operationsOf(report.undone)], [[], ['deactivate b', 'deactivate c']]);
  });

  it('that somebody missing is switched off does not keep those on whom the directory disables later', async () => {
    const stage = await loaded();
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'reject');
    await stage.cycle();
    stage.source.put(person('a', { status: 'off' }));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [applied(report), operationsOf(report.undone)],
      [['deactivate a'], ['deactivate b', 'deactivate c']],
    );
    assert.deepEqual(
      (await stage.store.target('wiki')).rejections?.flatMap(({ operations }) =>
        operations.map(({ sourceId }) => sourceId),
      ),
      ['b', 'c'],
    );
  });

  it('that somebody is switched off whom the directory disables lasts when they go missing', async () => {
    const stage = await loaded();
    for (const id of ['a', 'b', 'c']) stage.source.put(person(id, { status: 'off' }));
    await decide(stage, (await stage.cycle()).report.hold?.holdId, 'reject');
    await stage.cycle();
    leave(stage, 'a');
    const { report } = await stage.cycle();
    assert.deepEqual(
      [applied(report), operationsOf(report.undone)],
      [[], ['deactivate a', 'deactivate b', 'deactivate c']],
    );
  });

  it('of a value does not stand in the way of another value', async () => {
    const stage = await loaded({ limits: { ...noLimits, updates: { percent: 0, atLeast: 1 } } });
    for (const id of ['a', 'b', 'c']) stage.source.put(person(id, { title: 'Wrong' }));
    const { report } = await stage.cycle();
    await decide(stage, report.hold?.holdId, 'reject');
    assert.deepEqual(applied((await stage.cycle()).report), []);
    for (const id of ['a', 'b']) stage.source.put(person(id));
    stage.source.put(person('c', { title: 'Right' }));
    assert.deepEqual(applied((await stage.cycle()).report), ['update c']);
    assert.equal((await stage.store.target('wiki')).rejections, undefined);
  });
});

describe('a push that was left to the daemon', () => {
  const push = (ids: readonly string[], rest: Partial<Decision> = {}): Partial<Decision> => ({
    decision: 'push',
    operations: ids.map((sourceId) => ({ verb: 'deactivate', type: 'user', sourceId })),
    ...rest,
  });

  it('carries out one out of a hold, with what follows, and leaves the others held', async () => {
    const stage = cycleStage([...staff, team('staff', eight)], narrow);
    await stage.cycle();
    stage.source.put(team('staff', eight.slice(3)));
    await held(stage, 'a', 'b', 'c');
    await decide(stage, 'push-000000000001', 'push', push(['b']));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [
        applied(report).sort(),
        operationsOf(report.hold?.operations ?? []).filter((one) => one.startsWith('deactivate')),
      ],
      [
        ['deactivate b', 'members staff'],
        ['deactivate a', 'deactivate c'],
      ],
    );
    assert.deepEqual((await acknowledgedMembers(stage.store, 'wiki', 'staff')).toSorted(), [
      'a',
      'c',
      'd',
      'e',
      'f',
      'g',
      'h',
    ]);
  });

  it('does not let the others go because they are few enough without that one', async () => {
    const stage = await loaded();
    const [first] = [await held(stage, 'a', 'b')];
    await decide(stage, 'push-000000000001', 'push', push(['b']));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [applied(report), operationsOf(report.hold?.operations ?? []), report.hold?.holdId === first],
      [['deactivate b'], ['deactivate a'], false],
    );
    assert.deepEqual(operationsOf((await stage.cycle()).report.hold?.operations ?? []), ['deactivate a']);
  });

  it('carries out one who was rejected, and leaves the others rejected', async () => {
    const stage = await loaded();
    await decide(stage, await held(stage, 'a', 'b', 'c'), 'reject');
    await stage.cycle();
    await decide(stage, 'push-000000000001', 'push', push(['b']));
    const { report } = await stage.cycle();
    assert.deepEqual(
      [applied(report), operationsOf(report.undone)],
      [['deactivate b'], ['deactivate a', 'deactivate c']],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('does not wait for the pause after a failure, and waits for a reading that shows it', async () => {
    const stage = await loaded();
    const memory = { directoryCaches: createDirectoryCaches(), cleanCycles: createCleanCycles() };
    await decide(stage, 'push-000000000001', 'push', push(['a']));
    for (let cycle = 0; cycle < 3; cycle += 1) await stage.cycle(memory);
    assert.deepEqual(await waiting(stage), ['push-000000000001']);
    leave(stage, 'a');
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } }
        : undefined,
    );
    await stage.cycle(memory);
    stage.target.setHook(undefined);
    assert.deepEqual((await stage.cycle(memory)).calls, [], 'it rests');
    await decide(stage, 'push-000000000002', 'push', push(['a']));
    assert.deepEqual(applied((await stage.cycle(memory)).report), ['deactivate a']);
  });
});

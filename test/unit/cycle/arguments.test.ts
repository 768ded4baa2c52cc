import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycleStage, person, team } from '../../support/cycle-stage.ts';

describe('what a target is told beside what is to be written', () => {
  it('is what it acknowledged before: our externalId, and the attributes that have a value', async () => {
    const stage = cycleStage([person('anna', { title: 'Captain' })]);
    await stage.cycle();
    stage.source.put(person('anna', { title: 'Mate' }));
    const { calls } = await stage.cycle();
    const [known] = calls.flatMap((call) => (call.method === 'update' ? [call.known] : []));
    assert.equal(known?.externalId, 'anna');
    assert.deepEqual(
      ['title', 'userName'].filter((path) => known.paths?.includes(path)),
      ['title', 'userName'],
    );
  });

  it('is of a group who was in it, with the type of each who comes', async () => {
    const stage = cycleStage([person('anna'), person('ben'), team('crew', ['anna']), team('all')]);
    await stage.cycle();
    stage.source.put(team('crew', ['anna', 'ben']));
    let before: unknown;
    stage.target.setHook(async (call) => {
      if (call.method === 'changeMembers') before = await call.change.current();
      return undefined;
    });
    const { calls } = await stage.cycle();
    const [change] = calls.flatMap((call) => (call.method === 'changeMembers' ? [call.change] : []));
    const idOf = (name: string) =>
      String(stage.target.users().find(({ userName }) => userName === `${name}@example.org`)?.['id']);
    assert.deepEqual(change?.add, [{ id: idOf('ben'), type: 'user' }]);
    assert.deepEqual(before, [idOf('anna')]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { isFailure, overriding } from '../../../src/ports/scim-target.ts';
import type { FakeCall } from '../../support/fake-target.ts';
import { cycleStage, hour, operationsOf, person, switchedOffAda, team } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;
const gone: Failure = { class: 'gone', status: 404, detail: 'there is none' };
const lost: Failure = { class: 'unknown', detail: 'no answer' };
const refused: Failure = { class: 'rejected', status: 400, detail: 'no such member' };
const conflict: Failure = { class: 'conflict', status: 409, detail: 'there is one' };

/** Ada, ben and dan, and a team; the target can say of somebody that it has none. */
async function withAda(crew: readonly string[] = ['ada', 'ben']) {
  const stage = cycleStage([person('ada'), person('ben'), person('dan'), team('crew', crew)]);
  await stage.cycle();
  await stage.clock.advance(hour);
  const link = async (id: string) => (await stage.store.links('wiki', [id])).get(id);
  const ada = (await link('ada'))?.targetId ?? '';
  const deny = (ids: readonly string[], refuses: (call: FakeCall) => boolean = () => false): void => {
    stage.target.setHook((call) => {
      if (refuses(call)) return { when: 'before', result: refused };
      const isDenied =
        (call.method === 'update' || call.method === 'read' || call.method === 'remove') && ids.includes(call.id);
      return isDenied ? { when: 'before', result: gone } : undefined;
    });
  };
  const memberIds = (): string[] =>
    stage.target.groups().flatMap(({ members }) => (members as { readonly value: string }[]).map(({ value }) => value));
  return { ...stage, link, ada, deny, memberIds };
}

/** A cycle with a target that answers some calls otherwise. */
function cycleWith(stage: ReturnType<typeof cycleStage>, calls: Parameters<typeof overriding>[1]) {
  return stage.cycle({ prepare: () => Promise.resolve({ ...stage.setup, target: overriding(stage.target, calls) }) });
}

const findsNobody = { find: () => Promise.resolve([]), inventory: () => Promise.resolve([]) };

describe('somebody whom the target had only mislaid', () => {
  it('is taken out of a group that an earlier request may have put them into, where they are not in it by now', async () => {
    const stage = await withAda(['ben']);
    stage.source.put(team('crew', ['ada', 'ben', 'dan']));
    stage.target.setHook((call) => (call.method === 'changeMembers' ? { when: 'after', result: lost } : undefined));
    await stage.cycle();
    assert.equal(stage.memberIds().length, 3);
    stage.source.put(team('crew', ['ada', 'ben', 'cy', 'dan']));
    stage.source.put(person('cy'));
    const dan = (await stage.link('dan'))?.targetId ?? '';
    // Ada is refused alone, and found to be lost; so the others are looked for as well, and sent in one piece.
    stage.deny([stage.ada, dan], (call) => call.method === 'changeMembers' && call.add.includes(stage.ada));
    await stage.clock.advance(hour);
    await stage.cycle();
    assert.equal((await stage.link('dan'))?.lifecycle, 'lost');
    assert.deepEqual((await stage.link('crew'))?.unsettled, ['ada', 'dan'], 'nobody knows whether they are in it');
    stage.target.setHook(undefined);
    stage.source.put(team('crew', ['ben', 'cy']));
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await stage.clock.advance(hour);
      await stage.cycle();
    }
    assert.equal((await stage.link('dan'))?.targetId, dan);
    assert.deepEqual([stage.memberIds().includes(stage.ada), stage.memberIds().includes(dan)], [false, false]);
  });

  it('is found by the id that was theirs, where no search finds them and a creation says that they are there', async () => {
    const stage = await withAda();
    stage.deny([stage.ada]);
    stage.source.put(person('ada', { title: 'Countess' }));
    await stage.cycle();
    stage.target.setHook(undefined);
    await stage.clock.advance(hour);
    const { report } = await cycleWith(stage, {
      ...findsNobody,
      create: () => Promise.resolve({ kind: 'failed', failure: conflict }),
    });
    assert.deepEqual([report.result, operationsOf(report.applied)], ['success', ['create ada', 'members crew']]);
    assert.equal((await stage.link('ada'))?.targetId, stage.ada);
    assert.equal(stage.target.users().find(({ id }) => id === stage.ada)?.['title'], 'Countess');
  });
});

describe('an account that does not say whether it is active', () => {
  it('is switched on where it was ours, was lost, and was switched off before', async () => {
    const stage = await withAda();
    stage.source.put(person('ada', { status: 'off' }));
    await stage.cycle();
    assert.equal(stage.target.users().find(({ id }) => id === stage.ada)?.['active'], false);
    stage.deny([stage.ada]);
    stage.source.put(person('ada'));
    await stage.cycle();
    assert.equal((await stage.link('ada'))?.lifecycle, 'lost');
    stage.target.setHook(undefined);
    await stage.clock.advance(hour);
    const found = await stage.target.find('user', 'externalId', 'ada', signal);
    const unsaid = (isFailure(found) ? [] : found).map((one) => ({
      ...one,
      active: undefined,
      body: Object.fromEntries(Object.entries(one.body).filter(([name]) => name !== 'active')),
    }));
    await cycleWith(stage, { find: () => Promise.resolve(unsaid), inventory: () => Promise.resolve(undefined) });
    assert.equal(stage.target.users().find(({ id }) => id === stage.ada)?.['active'], true);
  });
});

describe('an account that a creation of ours made switched off, and whose answer was lost', () => {
  it('is switched on when the directory has enabled its owner meanwhile', async () => {
    const stage = cycleStage([person('ada', { status: 'off' })], { createInactive: true });
    stage.target.setHook((call) => (call.method === 'create' ? { when: 'after', result: lost } : undefined));
    await cycleWith(stage, findsNobody);
    assert.equal(stage.target.users()[0]?.['active'], false);
    stage.target.setHook(undefined);
    stage.source.put(person('ada'));
    await stage.clock.advance(hour);
    await stage.cycle();
    assert.deepEqual(
      stage.target.users().map((one) => one['active']),
      [true],
    );
  });

  it('stays switched off where nothing says that we made it', async () => {
    const stage = cycleStage([person('ada')]);
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['externalId', 'ada'],
        ['userName', 'ada@example.org'],
        ['active', false],
      ]),
      signal,
    );
    await stage.cycle();
    assert.equal(stage.target.users()[0]?.['active'], false);
  });
});

describe('an account that was there before its creation, as it was', () => {
  for (const shown of ['ours', 'of nobody'] as const) {
    it(`is brought in step by the next cycle, and switched on where it is ${shown === 'ours' ? 'ours' : 'not left off'}`, async () => {
      const stage = cycleStage([person('ada', { title: 'Countess' })]);
      await switchedOffAda(stage.target);
      const [account] = stage.target.users();
      const id = String(account?.['id']);
      const named = shown === 'ours' ? { named: true as const } : {};
      await cycleWith(stage, {
        ...findsNobody,
        create: () =>
          Promise.resolve({
            kind: 'applied',
            id,
            existed: true,
            ...named,
            shown: { lost: ['active', 'title', 'externalId'] },
          }),
      });
      await stage.cycle();
      const [now] = stage.target.users();
      assert.deepEqual([now?.['title'], now?.['externalId'], now?.['active']], ['Countess', 'ada', shown === 'ours']);
      assert.equal((await stage.store.counts('wiki')).user.leftDisabled, shown === 'ours' ? 0 : 1);
    });
  }
});

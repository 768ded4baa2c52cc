import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../../src/core/model/outcome.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { answerNothing, madeAnew, missing, nothing, withLeaver } from '../../support/leaver-stage.ts';
import { cycleStage, hour, inShort, minute, operationsOf, person, team } from '../../support/cycle-stage.ts';
import type { FakeFault } from '../../support/fake-target.ts';

const signal = new AbortController().signal;

describe('a leaver of whom the target says that it has none', () => {
  for (const leaves of ['deactivate', 'delete'] as const) {
    it(`loses access as soon as it answers again, when it said so of everybody (leaves: ${leaves})`, async () => {
      const stage = await withLeaver({ removal: { leaves, groups: 'keep' } });
      answerNothing(stage);
      const { report } = await stage.cycle();
      assert.equal(report.result, 'error');
      assert.equal(stage.cy()?.['active'], true);
      stage.target.setHook(undefined);
      await stage.clock.advance(minute);
      assert.equal((await stage.cycle()).report.result, 'success');
      assert.equal(stage.cy()?.['active'], leaves === 'delete' ? undefined : false);
    });
  }

  it('is looked for when an update met the 404, and they left later', async () => {
    const stage = await withLeaver();
    stage.source.put(person('cy', { title: 'Chief' }));
    stage.target.setHook((call) => (call.method === 'update' ? missing : undefined));
    await stage.cycle();
    stage.target.setHook(undefined);
    assert.equal((await stage.link())?.lifecycle, 'lost');
    stage.source.remove('cy');
    const { report } = await stage.cycle();
    assert.deepEqual(operationsOf(report.applied), ['deactivate cy']);
    assert.equal(stage.cy()?.['active'], false);
  });

  it('is found under another id by our externalId, and switched off', async () => {
    const stage = await withLeaver();
    await madeAnew(stage, { externalId: 'cy' });
    await stage.cycle();
    await stage.clock.advance(minute);
    await stage.cycle();
    assert.equal(stage.cy()?.['active'], false);
    assert.equal((await stage.link())?.targetId, stage.cy()?.['id']);
  });

  it('is deleted under the id that it has now', async () => {
    const stage = await withLeaver({ removal: { leaves: 'delete', groups: 'keep' } });
    await stage.target.remove('user', String(stage.cy()?.['id']), signal);
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['userName', 'cy@example.org'],
        ['externalId', 'cy'],
      ]),
      signal,
    );
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['delete cy']);
    assert.deepEqual([stage.cy(), await stage.link()], [undefined, undefined]);
  });

  it('is forgotten, and that is said, when others are there and nobody could be them', async () => {
    const stage = await withLeaver();
    await stage.target.remove('user', String(stage.cy()?.['id']), signal);
    await stage.cycle();
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.forgotten.map(({ sourceId }) => sourceId),
      ['cy'],
    );
    assert.deepEqual(
      stage.events.flatMap((event) => (event.kind === 'link_forgotten' ? [event.sourceId] : [])),
      ['cy'],
    );
    assert.equal(await stage.link(), undefined);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is not forgotten while another tenant answers in its place, and found when the first one is back', async () => {
    const stage = await withLeaver();
    const strangers = (): FakeFault => missing;
    const elsewhere = (call: { readonly method: string }): FakeFault | undefined =>
      ['read', 'update', 'remove'].includes(call.method) ? strangers() : undefined;
    stage.target.setHook((call) => (call.method === 'find' || call.method === 'inventory' ? nothing : elsewhere(call)));
    await stage.cycle();
    await stage.cycle();
    assert.notEqual(await stage.link(), undefined);
    stage.target.setHook(undefined);
    await stage.clock.advance(minute);
    await stage.cycle();
    assert.equal(stage.cy()?.['active'], false);
  });
});

describe('a leaver of whom nothing can be found out', () => {
  it('is looked for less and less often, at least once an hour, and never forgotten', async () => {
    const stage = cycleStage([person('cy'), person('ada', { status: 'off' })]);
    await stage.cycle();
    await stage.clock.advance(hour);
    const link = (await stage.store.links('wiki', ['cy'])).get('cy');
    assert.ok(link !== undefined);
    await stage.store.record([{ kind: 'link', link: { ...link, lifecycle: 'lost' } }]);
    stage.source.remove('cy');
    answerNothing(stage);
    await stage.cycle();
    const looks: number[] = [];
    for (let at = 0; at < 6 * 60; at += 1) {
      await stage.clock.advance(minute);
      const { report, calls } = await stage.cycle();
      if (calls.length > 0) looks.push(at);
      assert.equal(report.result, 'partial');
    }
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    assert.ok(looks.length <= 16, `${looks.length} looks in six hours`);
    assert.ok(Math.max(...pauses) <= 61, `pauses of ${pauses.join(', ')} minutes`);
    const { mislaid } = await stage.store.target('wiki');
    assert.ok(mislaid?.count === 1 && Date.parse(mislaid.lookAt) > stage.clock.now());
    stage.target.setHook(undefined);
    await stage.clock.advance(hour);
    await stage.cycle();
    assert.equal(stage.target.users()[0]?.['active'], false);
    assert.equal((await stage.store.target('wiki')).mislaid, undefined);
  });

  it('is looked for at once when a person asks', async () => {
    const stage = await withLeaver();
    answerNothing(stage);
    await stage.cycle();
    await stage.cycle();
    assert.deepEqual((await stage.cycle()).calls, []);
    assert.notDeepEqual((await stage.cycle({ attempt: 'asked' })).calls, []);
  });
});

describe('a 404 a moment after a creation', () => {
  it('is the delay of copies that are written later, and no loss', async () => {
    const stage = cycleStage([person('ada'), person('ben')]);
    await stage.cycle();
    stage.source.put(person('ada', { title: 'Chief' }));
    stage.target.setHook((call) => (call.method === 'update' ? missing : undefined));
    const failures: Failure['class'][] = [];
    failures.push(...(await stage.cycle()).report.failed.map(({ failure }) => failure.class));
    stage.target.setHook(undefined);
    await stage.clock.advance(minute);
    const { calls } = await stage.cycle();
    assert.deepEqual([failures, inShort(calls)], [['transient'], ['update user-1']]);
  });

  it('is a loss when the target shows one that was created after it, even right after both were created', async () => {
    const stage = cycleStage(['ada', 'ben', 'cy'].map((id) => person(id)));
    await stage.cycle();
    const ada = (await stage.store.links('wiki', ['ada'])).get('ada');
    await stage.target.remove('user', ada?.targetId ?? '', signal);
    stage.source.put(person('ada', { title: 'Chief' }));
    await stage.cycle();
    assert.equal((await stage.store.links('wiki', ['ada'])).get('ada')?.lifecycle, 'lost');
    await stage.clock.advance(minute);
    await stage.cycle();
    assert.deepEqual(
      stage.target
        .users()
        .filter(({ externalId }) => externalId === 'ada')
        .map(({ title }) => title),
      ['Chief'],
    );
    assert.equal(stage.target.users().length, 3);
  });

  it('is a delay when those that were created later are not shown either', async () => {
    const stage = cycleStage(['ada', 'ben', 'cy'].map((id) => person(id)));
    await stage.cycle();
    stage.source.put(person('ada', { title: 'Chief' }));
    stage.target.setHook((call) => (call.method === 'update' || call.method === 'read' ? missing : undefined));
    await stage.cycle();
    stage.target.setHook(undefined);
    assert.equal((await stage.store.links('wiki', ['ada'])).get('ada')?.lifecycle, 'active');
  });

  it('is a delay when the target shows it at a second look, together with a younger one', async () => {
    const stage = cycleStage(['ada', 'ben'].map((id) => person(id)));
    await stage.cycle();
    stage.source.put(person('ada', { title: 'Chief' }));
    stage.target.setHook((call) => (call.method === 'update' ? missing : undefined));
    await stage.cycle();
    stage.target.setHook(undefined);
    assert.equal((await stage.store.links('wiki', ['ada'])).get('ada')?.lifecycle, 'active');
  });
});

describe('a target that lost people', () => {
  const names = ['ada', 'ben', 'cy', 'dan', 'eve', 'fay'];

  /** Everybody since long; those of `gone` were lost with all that the target knew, and the title of those of `changed` is another one now. */
  async function afterLoss(gone: readonly string[], changed: readonly string[]) {
    const stage = cycleStage([...names.map((id) => person(id)), team('staff', names)]);
    await stage.cycle();
    await stage.cycle();
    await stage.clock.advance(hour);
    const accounts = stage.target.users().filter(({ externalId }) => gone.includes(String(externalId)));
    for (const { id } of accounts) await stage.target.remove('user', String(id), signal);
    for (const id of changed) stage.source.put(person(id, { title: 'Chief' }));
    const there = () =>
      stage.target
        .users()
        .map(({ externalId }) => String(externalId))
        .sort();
    return { ...stage, there };
  }

  it('is filled again, also with those of whom nothing has changed', async () => {
    const stage = await afterLoss(names, ['ada']);
    const results: string[] = [];
    for (let cycle = 0; cycle < 5; cycle += 1) {
      results.push((await stage.cycle()).report.result);
      await stage.clock.advance(hour);
    }
    assert.deepEqual(stage.there(), names);
    const members = JSON.stringify(stage.target.groups()[0]?.['members']);
    assert.deepEqual(
      stage.target.users().filter(({ id }) => !members.includes(`"${String(id)}"`)),
      [],
    );
    assert.deepEqual([results[0], results.at(-1)], ['partial', 'success']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('is not in step while somebody has to be made again', async () => {
    const stage = await afterLoss(names, ['ada']);
    await stage.cycle();
    await stage.clock.advance(hour);
    const { report } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied).filter((one) => one.startsWith('create')), report.waiting > 0],
      [['create ada'], true],
    );
  });

  it('and only one of them costs no look at everybody', async () => {
    const stage = await afterLoss(['ada'], ['ada']);
    await stage.cycle();
    await stage.clock.advance(hour);
    const { calls } = await stage.cycle();
    assert.deepEqual(stage.there(), names);
    assert.equal(
      inShort(calls).filter((call) => call === 'read' || call.startsWith('inventory')).length,
      0,
      inShort(calls).join('; '),
    );
  });
});

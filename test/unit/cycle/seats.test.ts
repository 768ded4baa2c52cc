import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unmanaged } from '../../../src/core/model/link.ts';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { markPaths } from '../../../src/core/planning/link-paths.ts';
import { cycleStage, inShort, person, team, type StageOptions } from '../../support/cycle-stage.ts';

const seats = (number: number, order = 'userName') => ({ seats: { seats: number, order } });

type Stage = ReturnType<typeof cycleStage>;

/** People without groups, and a target with seats. */
const company = (ids: readonly string[], options: StageOptions): Stage =>
  cycleStage(
    ids.map((id) => person(id)),
    options,
  );

async function active({ store }: Stage): Promise<number> {
  return (await store.counts('wiki')).user.active;
}

const named = (calls: Parameters<typeof inShort>[0], what: string): string[] =>
  inShort(calls).filter((call) => call.startsWith(what));

describe('seats of a target', () => {
  it('go by name: whoever is beyond them waits, and is not asked for again', async () => {
    const stage = company(['dora', 'anna', 'cleo', 'ben'], seats(2));
    const first = await stage.cycle();
    assert.deepEqual(named(first.calls, 'create'), ['create anna', 'create ben']);
    assert.deepEqual([first.report.result, first.report.seats], ['success', { of: 2, taken: 2, waiting: 2 }]);
    const { seats: stored, pending } = await stage.store.target('wiki');
    assert.deepEqual([stored, pending], [{ of: 2, taken: 2, waiting: 2 }, 2]);
    assert.equal((await stage.store.counts('wiki')).user.quarantined, 0);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('are freed by who leaves in the same plan, before who comes', async () => {
    const stage = company(['anna', 'ben'], seats(2));
    await stage.cycle();
    stage.source.put(person('cleo'));
    await stage.cycle();
    assert.equal(await active(stage), 2);
    stage.source.remove('anna');
    const { calls, report } = await stage.cycle();
    assert.deepEqual(named(calls, 'create'), ['create cleo']);
    assert.deepEqual([await active(stage), report.seats?.waiting], [2, 0]);
  });

  it('are given to nobody when the deactivation that frees one fails', async () => {
    const stage = company(['anna', 'ben'], seats(2));
    await stage.cycle();
    stage.source.remove('anna');
    stage.source.put(person('cleo'));
    stage.target.setHook(({ method }) =>
      method === 'update' ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } } : undefined,
    );
    const { calls, report } = await stage.cycle();
    assert.deepEqual(named(calls, 'create'), []);
    assert.equal(await active(stage), 2);
    assert.deepEqual([report.waiting, report.seats], [0, { of: 2, taken: 2, waiting: 1 }]);
    assert.deepEqual((await stage.store.target('wiki')).seats, report.seats);
  });

  it('are taken by whoever comes back, and not by whoever is inactive', async () => {
    const stage = company(['anna', 'ben'], { ...seats(2), createInactive: true });
    await stage.cycle();
    for (const id of ['anna', 'cleo']) stage.source.put(person(id, { status: 'off' }));
    await stage.cycle();
    assert.deepEqual([await active(stage), (await stage.store.target('wiki')).seats?.waiting], [1, 0]);
    stage.source.put(person('dora'));
    await stage.cycle();
    stage.source.put(person('anna'));
    const { report } = await stage.cycle();
    assert.deepEqual([await active(stage), report.seats], [2, { of: 2, taken: 2, waiting: 1 }]);
    stage.source.remove('dora');
    await stage.cycle();
    assert.equal((await stage.store.links('wiki', ['anna'])).get('anna')?.lifecycle, 'active');
  });

  it('are taken by accounts that were there before, which are adopted all the same', async () => {
    const stage = company(['anna', 'ben', 'cleo'], seats(1));
    for (const id of ['ben', 'cleo'])
      stage.target.putBack(
        'user',
        `there-${id}`,
        new Map<string, ScimValue>([
          ['userName', `${id}@example.org`],
          ['active', true],
        ]),
      );
    const { report, calls } = await stage.cycle();
    assert.deepEqual(named(calls, 'create'), []);
    assert.equal((await stage.store.counts('wiki')).user.adopted, 2);
    assert.deepEqual(report.seats, { of: 1, taken: 2, waiting: 1 });
  });

  it('go by another attribute where somebody says so; who has none of it comes last', async () => {
    const stage = cycleStage(
      [person('anna', { title: '2' }), person('ben', { title: '1' }), person('cleo')],
      seats(1, 'title'),
    );
    assert.deepEqual(named((await stage.cycle()).calls, 'create'), ['create ben']);
  });

  it('keep whoever waits out of groups and references, without a request for them', async () => {
    const stage = cycleStage(
      [
        person('anna'),
        person('ben', { manager: 'CN=cleo,OU=Staff,DC=corp' }),
        person('cleo'),
        team('all', ['anna', 'ben', 'cleo']),
      ],
      seats(2),
    );
    await stage.cycle();
    await stage.cycle();
    assert.deepEqual((await stage.cycle()).calls, []);
    stage.source.remove('anna');
    const { calls } = await stage.cycle();
    assert.deepEqual(named(calls, 'create'), ['create cleo']);
    await stage.cycle();
    assert.deepEqual([...((await stage.store.members('wiki', ['all'])).get('all') ?? [])].sort(), ['ben', 'cleo']);
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('are taken by the new entry of somebody who had left, whose account would be switched on', async () => {
    const stage = company(['anna', 'ben'], seats(2));
    await stage.cycle();
    stage.source.remove('anna');
    stage.source.put(person('cleo'));
    await stage.cycle();
    stage.source.put(person('anna2', { mail: 'anna@example.org' }));
    const { report, calls } = await stage.cycle();
    assert.deepEqual([named(calls, 'update'), report.seats], [[], { of: 2, taken: 2, waiting: 1 }]);
    assert.equal(await active(stage), 2);
    stage.source.remove('ben');
    await stage.cycle();
    assert.equal((await stage.store.links('wiki', ['anna2'])).get('anna2')?.lifecycle, 'active');
    assert.equal(await active(stage), 2);
  });

  it('pass on with an account that is active', async () => {
    const stage = company(['anna', 'ben'], seats(2));
    await stage.cycle();
    stage.source.remove('anna');
    stage.source.put(person('anna2', { mail: 'anna@example.org' }));
    const { report } = await stage.cycle();
    assert.deepEqual(report.seats, { of: 2, taken: 2, waiting: 0 });
    assert.equal((await stage.store.links('wiki', ['anna2'])).get('anna2')?.lifecycle, 'active');
  });

  it('are free again in the cycle that finds somebody switched off there, who comes back in their turn', async () => {
    const stage = company(['anna', 'ben', 'cleo'], seats(2));
    await stage.cycle();
    const [anna] = [...(await stage.store.links('wiki', ['anna'])).values()];
    assert.ok(anna);
    stage.target.putBack(
      'user',
      anna.targetId,
      new Map<string, ScimValue>([
        ['userName', 'anna@example.org'],
        ['externalId', 'anna'],
        ['active', false],
      ]),
    );
    await stage.store.record([{ kind: 'link', link: markPaths(anna, ['active'], unmanaged) }]);
    const { report } = await stage.cycle();
    assert.deepEqual(report.seats, { of: 2, taken: 2, waiting: 1 });
    assert.equal(stage.target.users().find(({ id }) => id === anna.targetId)?.['active'], true);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VerifiedTarget, VerifyInput } from '../../../src/cycle/verify-target.ts';
import { markDrift, noteNotTaken } from '../../../src/cycle/verify/mark-drift.ts';
import { readActive } from '../../../src/core/mapping/active.ts';
import { isFailure, overriding, type FoundResource, type ScimTarget } from '../../../src/ports/scim-target.ts';
import { cycleStage, minute, person, team, type StageOptions } from '../../support/cycle-stage.ts';
import { readBack } from '../../support/read-back.ts';

type Stage = ReturnType<typeof cycleStage>;

const people = (count: number, values: Record<string, string> = { title: 'Engineer' }) =>
  Array.from({ length: count }, (_, at) => person(`p${String(at).padStart(4, '0')}`, values));

async function loaded(entries: Parameters<typeof cycleStage>[0], options: StageOptions = {}): Promise<Stage> {
  const stage = cycleStage(entries, options);
  for (let cycle = 0; cycle < 2; cycle += 1) assert.equal((await stage.cycle()).report.result, 'success');
  await stage.clock.advance(10 * minute);
  stage.target.clearCalls();
  return stage;
}

/** A comparison, of a target of which some calls answer something else. */
async function verify(
  stage: Stage,
  calls: Partial<ScimTarget> = {},
  more: Partial<VerifyInput> = {},
): Promise<VerifiedTarget> {
  const setup = { ...stage.setup, target: overriding(stage.target, calls) };
  return readBack({ ...stage, setup }, more);
}

/** By hand, on the target. */
async function change({ target, store }: Stage, id: string, path: string, value: string | boolean): Promise<void> {
  const link = (await store.links('wiki', [id])).get(id);
  const { signal } = new AbortController();
  await target.update('user', link?.targetId ?? '', [{ path, change: 'set', value, had: true }], signal);
}

const kindsOf = ({ drift }: VerifiedTarget) => drift.map(({ sourceId, kinds }) => `${sourceId} ${kinds.join('+')}`);

/** Answers of which every resource was changed first. */
function through(target: ScimTarget, seen: (one: FoundResource) => FoundResource): Partial<ScimTarget> {
  return {
    shows: () => false,
    read: async (type, id, signal) => {
      const one = await target.read(type, id, signal);
      return isFailure(one) ? one : seen(one);
    },
    walk: (type, worth, onPage, signal) => target.walk(type, worth, (page) => onPage(page.map(seen)), signal),
  };
}

function without(name: string, isConcerned: (one: FoundResource) => boolean = () => true) {
  return (one: FoundResource): FoundResource => {
    const body = Object.fromEntries(Object.entries(one.body).filter(([key]) => key !== name));
    return isConcerned(one) ? { ...one, body } : one;
  };
}

describe('reading a target back', () => {
  it('takes a list for what it shows: a thousand users cost some look-ups, and no request more than pages', async () => {
    const stage = await loaded(people(1_000));
    const verified = await verify(stage);
    assert.deepEqual([kindsOf(verified), verified.compared], [[], { user: 1_000, group: 0 }]);
    assert.ok(stage.target.calls.filter(({ method }) => method === 'read').length <= 3);
  });

  it('looks up whoever a list lacks or shows to differ, and takes nobody for missing because of it', async () => {
    const stage = await loaded(people(20));
    const few: Partial<ScimTarget> = {
      walk: (type, worth, onPage, signal) =>
        stage.target.walk(type, worth, (page) => onPage(page.slice(0, 5).map(without('title'))), signal),
    };
    const verified = await verify(stage, few);
    assert.deepEqual([kindsOf(verified), verified.compared.user], [[], 20]);
    assert.equal(verified.foreign.user?.isComplete, false, 'a list that lacks some of ours may lack others');
  });

  it('goes by look-ups where the target does not list', async () => {
    const stage = await loaded(people(20));
    await change(stage, 'p0003', 'title', 'Queen');
    const verified = await verify(stage, { walk: () => Promise.resolve('partial') });
    assert.deepEqual([kindsOf(verified), verified.compared.user], [['p0003 attribute'], 20]);
    assert.deepEqual(verified.drift[0]?.values, [{ path: 'title', held: 'Queen', wanted: 'Engineer' }]);
  });

  it('calls nothing drift that the target never returns, and what it returns of others alone', async () => {
    const stage = await loaded(people(20));
    assert.deepEqual(kindsOf(await verify(stage, through(stage.target, without('title')))), []);
    const hasOne = (one: FoundResource): boolean => one.id === 'user-1';
    const some = through(
      stage.target,
      without('title', (one) => !hasOne(one) && one.id === 'user-7'),
    );
    assert.deepEqual(kindsOf(await verify(stage, some)), ['p0006 attribute']);
  });

  it('believes that somebody is missing while others are there, and no target that shows nobody', async () => {
    const stage = await loaded(people(5));
    const { signal } = new AbortController();
    await stage.target.remove('user', 'user-2', signal);
    assert.deepEqual(kindsOf(await verify(stage)), ['p0001 missing']);
    const gone: Partial<ScimTarget> = {
      read: () => Promise.resolve({ class: 'gone', status: 404, detail: 'none' }),
      walk: () => Promise.resolve('whole'),
    };
    await assert.rejects(verify(stage, gone), { code: 'D2S_TARGET_PROTOCOL' });
  });

  it('waits for whoever is new, unless somebody who came later is there', async () => {
    const stage = await loaded(people(3));
    stage.source.put(person('young'));
    await stage.cycle();
    const { signal } = new AbortController();
    await stage.target.remove('user', 'user-4', signal);
    const early = await verify(stage);
    assert.deepEqual([kindsOf(early), early.notCompared.exceptions.settling], [[], 1]);
    stage.source.put(person('younger'));
    await stage.cycle();
    assert.deepEqual(kindsOf(await verify(stage)), ['young missing']);
  });

  it('waits for whoever a cycle made while it compared', async () => {
    const stage = await loaded(people(3));
    stage.source.put(person('young'));
    const verified = await verify(stage, {
      walk: async (type, worth, onPage, signal) => {
        stage.clock.jumpWallClock(minute);
        await stage.cycle();
        const lags = (page: readonly FoundResource[]) => onPage(page.filter(({ id }) => id !== 'user-4'));
        return stage.target.walk(type, worth, lags, signal);
      },
      read: (type, id, ...rest) =>
        id === 'user-4'
          ? Promise.resolve({ class: 'gone', status: 404, detail: 'not here yet' })
          : stage.target.read(type, id, ...rest),
    });
    assert.deepEqual([kindsOf(verified), verified.notCompared.exceptions.settling], [[], 1]);
  });

  it('ends where the target does not answer any more, and counts what could not be read otherwise', async () => {
    const stage = await loaded(people(30));
    const broken = (ids: (id: string) => boolean): Partial<ScimTarget> => ({
      walk: () => Promise.resolve('partial'),
      read: (type, id, signal) =>
        ids(id)
          ? Promise.resolve({ class: 'transient', status: 503, detail: 'busy' })
          : stage.target.read(type, id, signal),
    });
    assert.equal(
      (
        await verify(
          stage,
          broken((id) => id === 'user-5'),
        )
      ).notCompared.unread,
      1,
    );
    await assert.rejects(
      verify(
        stage,
        broken(() => true),
      ),
      { code: 'D2S_TARGET_UNREACHABLE' },
    );
  });

  it('stops when it is told to, and says how many are left', async () => {
    const stage = await loaded(people(30), { target: { concurrency: 1 } });
    let asked = 0;
    const verified = await verify(
      stage,
      { walk: () => Promise.resolve('partial'), concurrency: 1 },
      { isStopping: () => (asked += 1) > 10 },
    );
    assert.deepEqual([verified.compared.user, verified.notCompared.left], [10, 20]);
  });

  it('takes nothing for drift to which a cycle wrote meanwhile', async () => {
    const stage = await loaded(people(5));
    await change(stage, 'p0001', 'title', 'Queen');
    const after = overridingLinks(stage, 'p0001');
    const verified = await verify(stage, {}, { storeAfter: () => Promise.resolve(after) });
    assert.deepEqual([kindsOf(verified), verified.notCompared.exceptions.moving], [[], 1]);
  });

  for (const [word, kind] of [
    [0, 'disabled'],
    ['False', 'disabled'],
    ['SUSPENDED', 'disabled'],
    ['inactive', 'disabled'],
    ['enabled', undefined],
    [1, undefined],
    ['pending', 'unclear'],
    [2, 'unclear'],
    [{ value: false }, 'unclear'],
    [null, 'unclear'],
    [undefined, 'unclear'],
  ] as const) {
    it(`takes ${JSON.stringify(word)} in place of active for what it means, and never for true`, async () => {
      const stage = await loaded(people(5));
      const first = (await stage.store.links('wiki', ['p0000'])).get('p0000')?.targetId;
      const worded = through(stage.target, (one) =>
        one.id === first ? { ...one, active: readActive({ active: word }), body: { ...one.body, active: word } } : one,
      );
      const verified = await verify(stage, worded);
      assert.deepEqual(
        [verified.drift.flatMap(({ kinds }) => kinds), verified.notCompared.exceptions],
        kind === 'disabled' ? [[kind], {}] : [[], kind === undefined ? {} : { unclear: 1 }],
      );
    });
  }

  it('says nothing of whether accounts are active where the target never does', async () => {
    const stage = await loaded(people(5));
    const mute = through(stage.target, (one) => ({ ...without('active')(one), active: undefined }));
    const verified = await verify(stage, mute);
    assert.deepEqual([kindsOf(verified), verified.notCompared.exceptions], [[], {}]);
  });

  it('does not compare members that a group does not show, and counts foreign ones', async () => {
    const stage = await loaded([...people(3), team('crew', ['p0000', 'p0001'])]);
    const hiding = await verify(stage, { membersOf: () => Promise.resolve(undefined) });
    assert.deepEqual([kindsOf(hiding), hiding.notCompared.exceptions.hidingMembers], [[], 1]);
    const more = await verify(stage, { membersOf: () => Promise.resolve(['user-1', 'user-2', 'somebody']) });
    assert.deepEqual([kindsOf(more), more.notCompared.foreignMembers], [[], 1]);
    const fewer = await verify(stage, { membersOf: () => Promise.resolve(['user-1', 'user-3']) });
    assert.deepEqual(
      fewer.drift.map(({ left, joined }) => [left, joined]),
      [[['p0001'], ['p0002']]],
    );
  });
});

describe('putting drift right', () => {
  it('is a cycle that looks at it once more, and nothing is left to do after it', async () => {
    const stage = await loaded([...people(4), team('crew', ['p0000', 'p0001'])]);
    await change(stage, 'p0000', 'title', 'Queen');
    await change(stage, 'p0001', 'active', false);
    const { signal } = new AbortController();
    await stage.target.remove('user', 'user-3', signal);
    const { found, drift } = await verify(stage);
    assert.deepEqual(
      drift
        .map(({ kinds }) => kinds)
        .flat()
        .sort(),
      ['attribute', 'disabled', 'missing'],
    );
    assert.equal((await markDrift(found, 'wiki', stage.store)).size, 3);
    const { report } = await stage.cycle({ attempt: 'asked' });
    assert.deepEqual(report.applied.map(({ verb }) => verb).sort(), ['create', 'reactivate', 'update']);
    assert.deepEqual(kindsOf(await verify(stage)), []);
    assert.deepEqual((await stage.cycle()).report.applied, []);
  });

  it("leaves an account alone that carries somebody else's externalId", async () => {
    const stage = await loaded(people(3));
    await change(stage, 'p0000', 'externalId', 'somebody-else');
    const { found, drift } = await verify(stage);
    assert.deepEqual(
      drift.map(({ kinds }) => kinds),
      [['identity']],
    );
    assert.equal((await markDrift(found, 'wiki', stage.store)).size, 0);
    assert.deepEqual((await stage.cycle()).report.applied, []);
  });

  it('does not send for ever what the target acknowledges and does not have', async () => {
    const stage = await loaded(people(3));
    await change(stage, 'p0000', 'title', 'Queen');
    const mute = through(stage.target, (one) =>
      one.id === 'user-1' ? { ...one, body: { ...one.body, title: 'Queen' } } : one,
    );
    const { found } = await verify(stage, mute);
    await markDrift(found, 'wiki', stage.store);
    assert.deepEqual(
      (await stage.cycle()).report.applied.map(({ verb }) => verb),
      ['update'],
    );
    const only = new Set(['p0000']);
    const again = await verify(stage, mute, { only });
    assert.deepEqual(kindsOf(again), ['p0000 attribute']);
    await noteNotTaken(again.found, 'wiki', stage.store);
    assert.deepEqual(kindsOf(await verify(stage, mute)), []);
    assert.deepEqual(await stage.store.unstored('wiki'), { title: 1 });
  });

  it('ends access once more that the target says to have ended, and has not', async () => {
    const stage = await loaded([person('p0000', { status: 'on' }), ...people(3).slice(1)]);
    stage.source.put(person('p0000', { status: 'off' }));
    await stage.cycle();
    const on = through(stage.target, (one) => (one.id === 'user-1' ? { ...one, active: true } : one));
    const { found } = await verify(stage, on);
    await markDrift(found, 'wiki', stage.store);
    await stage.cycle();
    const only = new Set(['p0000']);
    const again = await verify(stage, on, { only });
    assert.deepEqual(kindsOf(again), ['p0000 enabled']);
    await noteNotTaken(again.found, 'wiki', stage.store);
    assert.deepEqual(await stage.store.unstored('wiki'), {});
    const prepare = () => Promise.resolve({ ...stage.setup, target: overriding(stage.target, on) });
    assert.deepEqual(
      (await stage.cycle({ prepare })).report.applied.map(({ verb }) => verb),
      ['deactivate'],
    );
    assert.deepEqual(kindsOf(await verify(stage, on)), ['p0000 enabled']);
  });

  it('notes nothing about whom a cycle wrote to since they were compared', async () => {
    const stage = await loaded([person('p0000', { title: 'Engineer', status: 'on' }), ...people(2).slice(1)]);
    await change(stage, 'p0000', 'title', 'Queen');
    const { found } = await verify(stage);
    assert.equal(found.length, 1);
    stage.source.put(person('p0000', { title: 'Engineer', status: 'off' }));
    await stage.cycle();
    const before = await stage.store.links('wiki', ['p0000']);
    assert.equal(before.get('p0000')?.lifecycle, 'deactivated');
    await noteNotTaken(found, 'wiki', stage.store);
    assert.deepEqual(await stage.store.links('wiki', ['p0000']), before);
  });
});

/** The store as it is when a cycle has written to somebody. */
function overridingLinks({ store }: Stage, id: string): Stage['store'] {
  const links: Stage['store']['links'] = async (target, ids) => {
    const now = new Map(await store.links(target, ids));
    const link = now.get(id);
    if (link !== undefined) now.set(id, { ...link, attributes: { ...link.attributes, title: 'another' } });
    return now;
  };
  return { ...store, links };
}

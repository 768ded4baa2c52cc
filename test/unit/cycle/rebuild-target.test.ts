import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { strangerId } from '../../../src/core/model/stranger.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import { requiredReadings } from '../../../src/cycle/read/target-readings.ts';
import { overriding, type ScimTarget } from '../../../src/ports/scim-target.ts';
import { rebuildTarget, type RebuiltTarget } from '../../../src/cycle/rebuild-target.ts';
import { cycleStage, inShort, operationsOf, person, team } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';

type Stage = ReturnType<typeof cycleStage>;

const people = [person('ada'), person('bob'), person('cyd')];

function stageOf(policy: Partial<Stage['setup']['policy']['group']> = {}): Stage {
  return cycleStage([...people, team('staff', ['ada', 'bob'])], {
    definition: definition({
      users: { userName: 'lower(mail)', title: 'title', active: 'status != "off"' },
      scope: { user: { where: 'status != "away"' } },
    }),
    policy: {
      user: { match: ['externalId', 'userName'], adopt: 'first-match', create: true },
      group: { match: ['externalId', 'displayName'], adopt: 'first-match', create: true, ...policy },
    },
  });
}

async function rebuild({ setup, source, clock, target }: Stage): Promise<{ store: MemoryStore; made: RebuiltTarget }> {
  const store = createMemoryStore();
  const { signal } = new AbortController();
  const observer = (): void => undefined;
  const sources = new Map([['corp', source]]);
  const readings = await readDirectories([setup.definition], sources, { clock, observer, store, signal });
  target.clearCalls();
  const own = requiredReadings(setup.definition, readings);
  const made = await rebuildTarget(setup, {
    readings: own,
    store,
    now: clock.now(),
    patienceMilliseconds: 2_000,
    signal,
  });
  const asked = ['probe', 'find', 'inventory', 'read', 'membersOf'];
  assert.deepEqual(
    target.calls.filter(({ method }) => !asked.includes(method)),
    [],
    'nothing but questions',
  );
  return { store, made };
}

/** What a cycle with the state that was made sends, besides questions. */
async function sends(stage: Stage, store: MemoryStore): Promise<string[]> {
  const { report, calls } = await stage.cycle({ store });
  assert.equal(report.error, undefined);
  return inShort(calls).filter((call) => /^(create|update|remove|members) /.test(call));
}

describe('A target whose state is made again', () => {
  it('has the links that it had, and the next cycle sends nothing', async () => {
    const stage = stageOf();
    await stage.cycle();
    const { store, made } = await rebuild(stage);
    assert.deepEqual(made.joined, { user: 3, group: 1 });
    assert.deepEqual([made.missing, made.unjoined, made.others], [[], [], { user: [], group: [] }]);
    assert.deepEqual((await store.members('wiki', ['staff'])).get('staff'), ['ada', 'bob']);
    assert.deepEqual(await sends(stage, store), []);
    assert.deepEqual(await sends(stage, store), []);
  });

  it('has those who left the scope by their id, and a person decides whether their access ends', async () => {
    const stage = stageOf();
    await stage.cycle();
    stage.source.put(person('bob', { status: 'away' }));
    stage.source.remove('cyd');
    const { store, made } = await rebuild(stage);
    assert.deepEqual(made.joined, { user: 2, group: 1 });
    assert.equal(made.others.user?.length, 1, 'nobody can tell whose that was');
    const { report } = await stage.cycle({ store });
    assert.deepEqual(operationsOf(report.applied), []);
    assert.deepEqual(operationsOf(report.hold?.operations ?? []), ['deactivate bob', 'members staff']);
  });

  it('leaves off who is switched off there', async () => {
    const stage = stageOf();
    stage.source.put(person('bob', { status: 'off' }));
    await stage.cycle();
    const ada = stage.target.users().find(({ externalId }) => externalId === 'ada');
    const off = [{ path: 'active', change: 'set', value: false, had: true } as const];
    await stage.target.update('user', String(ada?.['id']), off, new AbortController().signal);
    const { store } = await rebuild(stage);
    const links = await store.links('wiki', ['ada', 'bob']);
    assert.equal(links.get('ada')?.leftDisabled, true);
    assert.deepEqual(await sends(stage, store), []);
    assert.equal(stage.target.users().find(({ externalId }) => externalId === 'ada')?.['active'], false);
  });

  it('keeps whom nobody of ours put into a group', async () => {
    const stage = stageOf();
    await stage.cycle();
    stage.source.remove('bob');
    stage.source.put(team('staff', ['ada']));
    const { store } = await rebuild(stage);
    const bob = stage.target.users().find(({ externalId }) => externalId === 'bob')?.['id'];
    assert.deepEqual((await store.members('wiki', ['staff'])).get('staff'), ['ada', strangerId(String(bob))]);
    assert.deepEqual(await sends(stage, store), []);
  });

  it('counts who is new afterwards as new among many', async () => {
    const stage = stageOf();
    await stage.cycle();
    const { store } = await rebuild(stage);
    assert.notEqual((await store.target('wiki')).establishedAt, undefined);
    assert.equal((await store.target('wiki')).lastCycleAt, undefined);
  });
});

describe('A target that does not answer while its state is made again', () => {
  /** Calls of the target that do not answer, or not now. */
  async function failing(calls: Partial<ScimTarget>): Promise<unknown> {
    const stage = stageOf();
    await stage.cycle();
    const setup = { ...stage.setup, target: overriding(stage.target, calls) };
    return rebuild({ ...stage, setup }).then(
      () => 'made',
      (error: unknown) => error,
    );
  }
  const away = { class: 'transient', status: 503, detail: 'away' } as const;

  it('is waited for so long, and no longer', async () => {
    const endless: ScimTarget['probe'] = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const error = await failing({ probe: endless });
    assert.ok(error instanceof BridgeError && error.exitCode === 1, String(error));
  });

  it('ends it wherever it stops answering: in a list, and where members are asked for', async () => {
    for (const calls of [
      { probe: () => Promise.resolve({ kind: 'failed', failure: away }) },
      { inventory: () => Promise.resolve(away) },
      { membersOf: () => Promise.resolve(away) },
    ] satisfies Partial<ScimTarget>[]) {
      const error = await failing(calls);
      assert.ok(error instanceof BridgeError && error.exitCode === 1, `${Object.keys(calls).join()}: ${String(error)}`);
      assert.match(error.remedy, /^nothing was changed; .* give the command again$/);
    }
    assert.equal(
      await failing({ inventory: () => Promise.resolve({ class: 'unsupported', detail: 'no lists' }) }),
      'made',
    );
  });
});

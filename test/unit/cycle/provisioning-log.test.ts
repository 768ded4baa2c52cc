import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoggedEntry } from '../../../src/core/model/log-entry.ts';
import { cycleStage, person, team, type StageOptions } from '../../support/cycle-stage.ts';

type Stage = ReturnType<typeof cycleStage>;

async function logOf({ store }: Stage): Promise<LoggedEntry[]> {
  const entries: LoggedEntry[] = [];
  for await (const batch of store.logged(0)) entries.push(...batch);
  return entries;
}

/** What the last cycle logged, in short. */
async function lastLogged(stage: Stage, cycle: string): Promise<string[]> {
  const own = (await logOf(stage)).filter((entry) => entry.cycle === cycle);
  return own.map(({ verb, sourceId, outcome, because, joined, left, set, cleared }) =>
    [
      `${outcome} ${verb} ${sourceId}`,
      because,
      joined && `+${joined.join('+')}`,
      left && `-${left.join('-')}`,
      set && `set ${set.join(' ')}`,
      cleared && `cleared ${cleared.join(' ')}`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
  );
}

function stageOf(options: StageOptions = {}): Stage {
  return cycleStage([person('ada', { title: 'Dr. med.' }), person('bob'), team('staff', ['ada', 'bob'])], options);
}

describe('The provisioning log of a cycle', () => {
  it('has every operation with its target, its attributes by name, its members, and the cycle', async () => {
    const stage = stageOf();
    const first = await stage.cycle();
    assert.deepEqual((await lastLogged(stage, first.report.cycle)).sort(), [
      'applied create ada, set externalId userName title active',
      'applied create bob, set externalId userName active',
      'applied create staff, set externalId displayName',
      'applied members staff, +ada+bob',
    ]);
    for (const { target, targetId, cause, name } of await logOf(stage)) {
      assert.equal(target, 'wiki');
      assert.ok(targetId !== undefined);
      assert.equal(cause, 'cycle');
      assert.match(name ?? '', /^[\w-]{22}$/);
    }
    stage.source.put(person('ada', { mail: 'ada@corp.example' }));
    stage.source.put(team('staff', ['ada']));
    stage.source.remove('bob');
    const second = await stage.cycle();
    assert.deepEqual((await lastLogged(stage, second.report.cycle)).sort(), [
      'applied deactivate bob, absent',
      'applied members staff, -bob',
      'applied update ada, set userName, cleared title',
    ]);
  });

  it('holds nothing personal, unless values are asked for', async () => {
    const quiet = stageOf();
    await quiet.cycle();
    assert.doesNotMatch(JSON.stringify(await logOf(quiet)), /example\.org|Dr\. med/);
    const telling = stageOf({ logValues: true });
    await telling.cycle();
    const [ada] = (await logOf(telling)).filter(({ sourceId }) => sourceId === 'ada');
    assert.deepEqual(ada?.values, {
      externalId: 'ada',
      userName: 'ada@example.org',
      title: 'Dr. med.',
      active: true,
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value': null,
    });
  });

  it('knows a person by the name that the target knows, also when the directory has them no more', async () => {
    const stage = stageOf();
    await stage.cycle();
    const name = stage.store.digest('userName="bob@example.org"');
    stage.source.remove('bob');
    await stage.cycle();
    const entries = (await logOf(stage)).filter((entry) => entry.name === name);
    assert.deepEqual(
      entries.map(({ verb }) => verb),
      ['create', 'deactivate'],
    );
  });

  it('has what failed, with the reason', async () => {
    const stage = stageOf();
    stage.target.setHook(({ method }) =>
      method === 'create' ? { when: 'before', result: { class: 'rejected', status: 400, detail: 'no' } } : undefined,
    );
    await stage.cycle();
    const [failed] = (await logOf(stage)).filter(({ outcome }) => outcome === 'failed');
    assert.equal(failed?.class, 'rejected');
    assert.equal(failed.status, 400);
  });

  it('says who approved what was held', async () => {
    const people = Array.from({ length: 20 }, (_, at) => person(`p${at}`));
    const { limits } = cycleStage([]).setup;
    const stage = cycleStage(people, { limits: { ...limits, removals: { percent: 10, atLeast: 2 } } });
    await stage.cycle();
    for (let at = 0; at < 4; at += 1) stage.source.remove(`p${at}`);
    const { report } = await stage.cycle();
    const holdId = report.hold?.holdId ?? '';
    const at = new Date(stage.clock.now()).toISOString();
    const by = { via: 'shell', user: 'root' } as const;
    await stage.store.decide({ target: 'wiki', holdId, decision: 'approve', at, by });
    const done = await stage.cycle();
    const own = (await logOf(stage)).filter((entry) => entry.cycle === done.report.cycle);
    assert.equal(own.length, 4);
    for (const entry of own) {
      assert.equal(entry.cause, 'approval');
      assert.equal(entry.decision, holdId);
      assert.deepEqual(entry.by, by);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createHeldMatches } from '../../../src/cycle/match/held-matches.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { inShort, minute, operationsOf, person } from '../../support/cycle-stage.ts';
import { applied, decide, loaded, type Stage } from '../../support/decision-stage.ts';
import { noLimits } from '../../support/limits.ts';

const never = new AbortController().signal;

/** Two newcomers come, for whom the target has accounts; one may be taken over without anybody's word. */
async function begin() {
  const stage = await loaded({ limits: { ...noLimits, adoptions: { percent: 0, atLeast: 1 } } });
  const memory = {
    directoryCaches: createDirectoryCaches(),
    cleanCycles: createCleanCycles(),
    heldMatches: createHeldMatches(),
  };
  for (const id of ['y', 'z']) {
    await stage.target.create(
      'user',
      new Map<string, string | boolean>([
        ['userName', `${id}@example.org`],
        ['active', true],
      ]),
      never,
    );
    stage.source.put(person(id));
  }
  const { report, calls } = await stage.cycle(memory);
  assert.deepEqual(operationsOf(report.hold?.operations ?? []), ['adopt y', 'adopt z']);
  assert.ok(calls.length > 0);
  return {
    stage,
    cycle: (input: Parameters<Stage['cycle']>[0] = {}) => stage.cycle({ ...memory, ...input }),
    holdId: report.hold?.holdId,
  };
}

describe('an adoption that is held', () => {
  it('is planned again in a daemon, and asks the target nothing', async () => {
    const { cycle, holdId } = await begin();
    const { report, calls } = await cycle();
    assert.deepEqual([report.hold?.holdId, calls], [holdId, []]);
  });

  it('asks nothing either once it was rejected', async () => {
    const { stage, cycle, holdId } = await begin();
    await decide(stage, holdId, 'reject');
    const { report, calls } = await cycle();
    assert.deepEqual([operationsOf(report.undone), calls], [['adopt y', 'adopt z'], []]);
    assert.deepEqual((await cycle()).calls, []);
  });

  it('is looked for once more when somebody approved it, before anything is written', async () => {
    const { stage, cycle, holdId } = await begin();
    await decide(stage, holdId, 'approve');
    const { report, calls } = await cycle();
    assert.deepEqual(applied(report), ['adopt y', 'adopt z']);
    assert.ok(
      inShort(calls)[0]?.startsWith('inventory') === true || inShort(calls)[0]?.startsWith('find') === true,
      inShort(calls).join(),
    );
  });

  it('takes over no account that carries the id of somebody else by then', async () => {
    const { stage, cycle, holdId } = await begin();
    const account = stage.target.users().find(({ userName }) => userName === 'z@example.org');
    await stage.target.update(
      'user',
      String(account?.['id']),
      [{ path: 'externalId', change: 'set', value: 'other', had: false }],
      never,
    );
    await decide(stage, holdId, 'approve');
    const { report } = await cycle();
    assert.deepEqual(
      report.applied.filter(({ sourceId }) => sourceId === 'z'),
      [],
    );
    assert.deepEqual(
      report.rejected.map(({ sourceId, reasons }) => `${sourceId} ${reasons[0]?.code ?? ''}`),
      ['z match_foreign'],
    );
  });

  it('is none any more when the entry fits nobody; one alone is not too many', async () => {
    const { stage, cycle } = await begin();
    stage.source.put(person('z', { mail: 'zoe@example.org' }));
    const { report } = await cycle();
    assert.deepEqual([applied(report), report.hold], [['adopt y', 'create z'], undefined]);
  });

  it('is looked for when a person asks, and in a full cycle', async () => {
    const { cycle } = await begin();
    assert.notDeepEqual((await cycle({ attempt: 'asked' })).calls, []);
    assert.notDeepEqual((await cycle({ mode: 'full', attempt: 'everything' })).calls, []);
  });

  it('is looked for after a quarter of an hour', async () => {
    const { stage, cycle } = await begin();
    await stage.clock.advance(14 * minute);
    assert.deepEqual((await cycle()).calls, []);
    await stage.clock.advance(2 * minute);
    assert.notDeepEqual((await cycle()).calls, []);
    assert.deepEqual((await cycle()).calls, []);
  });
});

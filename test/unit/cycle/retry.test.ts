import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BridgeError } from '../../../src/core/model/errors.ts';
import type { Failure } from '../../../src/core/model/outcome.ts';
import { createCleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import { cycleStage, inShort, minute, person } from '../../support/cycle-stage.ts';

type Stage = ReturnType<typeof cycleStage>;

const refused: Failure = { class: 'rejected', status: 400, detail: 'no' };

/** Ada and Bob were refused, and would rest for a long time. */
async function refusedStage(): Promise<Stage> {
  const stage = cycleStage([person('ada'), person('bob'), person('cyd')]);
  const isRefused = (id: unknown): boolean => id === 'ada' || id === 'bob';
  stage.target.setHook((call) =>
    call.method === 'create' && isRefused(call.attributes.get('externalId'))
      ? { when: 'before', result: refused }
      : undefined,
  );
  for (let time = 0; time < 3; time += 1) await stage.cycle({ attempt: 'asked' });
  stage.target.setHook(undefined);
  return stage;
}

async function retry({ store, clock }: Stage, sourceId?: string): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  const holdId = sourceId === undefined ? 'retry-all' : `retry-${sourceId}`;
  await store.decide({
    target: 'wiki',
    holdId,
    decision: 'retry',
    at,
    ...(sourceId === undefined ? {} : { sourceId }),
  });
}

const there = ({ target }: Stage): unknown[] => target.users().map(({ externalId }) => externalId);

describe('A person who wants it tried again', () => {
  it('ends the pause of one entry, once', async () => {
    const stage = await refusedStage();
    assert.deepEqual(inShort((await stage.cycle()).calls), []);
    await retry(stage, 'ada');
    await stage.cycle();
    assert.deepEqual(there(stage), ['cyd', 'ada']);
    assert.deepEqual((await stage.store.decisions()).waiting, []);
    assert.deepEqual(inShort((await stage.cycle()).calls), []);
  });

  it('ends the pauses of everybody', async () => {
    const stage = await refusedStage();
    await retry(stage);
    await stage.cycle();
    assert.deepEqual(there(stage), ['cyd', 'ada', 'bob']);
    assert.deepEqual(inShort((await stage.cycle()).calls), []);
  });

  it('has whoever could not be matched looked for again, also where a daemon was in step', async () => {
    const stage = cycleStage([person('ada', { status: 'off' }), person('cyd')]);
    const cleanCycles = createCleanCycles();
    await stage.cycle({ cleanCycles });
    await stage.clock.advance(minute);
    await stage.cycle({ cleanCycles });
    assert.deepEqual(inShort((await stage.cycle({ cleanCycles })).calls), []);
    await retry(stage, 'ada');
    const { calls } = await stage.cycle({ cleanCycles });
    assert.deepEqual(inShort(calls), ['find externalId ada', 'find userName ada@example.org']);
    assert.deepEqual(inShort((await stage.cycle({ cleanCycles })).calls), []);
  });

  it('is heard by the cycle that can go by it: a directory that cannot be read keeps the word', async () => {
    const stage = await refusedStage();
    await retry(stage, 'ada');
    stage.source.failWith(new BridgeError('D2S_DIRECTORY_UNREACHABLE', 'gone', 'wait'));
    await stage.cycle();
    assert.equal((await stage.store.decisions()).waiting.length, 1);
  });
});

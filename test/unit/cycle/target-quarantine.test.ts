import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureClass } from '../../../src/core/model/outcome.ts';
import { cycleStage, minute, person } from '../../support/cycle-stage.ts';

type Stage = ReturnType<typeof cycleStage>;

const pauseOf = async ({ store }: Stage) => (await store.target('wiki')).quarantine;

function refuse(stage: Stage, failureClass: FailureClass, status = 401): void {
  stage.target.setHook(() => ({ when: 'before', result: { class: failureClass, status, detail: 'no' } }));
}

/** Somebody is new, and the target refuses whoever asks. */
async function refused(failureClass: FailureClass): Promise<Stage> {
  const stage = cycleStage([person('anna')]);
  await stage.cycle();
  stage.source.put(person('ben'));
  refuse(stage, failureClass);
  await stage.cycle();
  return stage;
}

describe('a target that refuses the credentials', () => {
  it('is left alone, longer after each try, and asked for next to nothing before it is taken up again', async () => {
    const stage = await refused('auth');
    const pause = await pauseOf(stage);
    assert.deepEqual([pause?.cause, pause?.attempts], ['auth', 1]);
    const resting = await stage.cycle();
    assert.deepEqual(resting.calls, []);
    assert.deepEqual([resting.report.result, resting.report.error?.code], ['error', 'D2S_TARGET_AUTH']);
    assert.match(
      resting.report.error?.message ?? '',
      /in quarantine: it refused our credentials \(1 attempt\); it is asked again after /,
    );
    assert.equal((resting.report.failing?.cycles ?? 0) > 1, true, 'it fails still');
    for (const rest of [1, 2, 4, 5, 5]) {
      await stage.clock.advance(rest * minute - 1_000);
      assert.deepEqual((await stage.cycle()).calls, [], `${rest} minutes`);
      await stage.clock.advance(1_000);
      assert.deepEqual(
        (await stage.cycle()).calls.map(({ method }) => method),
        ['probe'],
      );
    }
    assert.equal((await pauseOf(stage))?.attempts, 6);
    stage.target.setHook(undefined);
    await stage.clock.advance(5 * minute);
    assert.equal((await stage.cycle()).report.result, 'success');
    assert.equal(await pauseOf(stage), undefined);
    assert.equal(stage.target.users().length, 2);
  });

  it('is tried at once when a person says sync, or retry --all; once for each word', async () => {
    const stage = await refused('auth');
    assert.deepEqual(
      (await stage.cycle({ attempt: 'asked' })).calls.map(({ method }) => method),
      ['probe'],
    );
    await stage.clock.advance(1_000);
    const at = new Date(stage.clock.now()).toISOString();
    await stage.store.decide({ target: 'wiki', holdId: 'retry-all', decision: 'retry', at });
    await stage.clock.advance(1_000);
    assert.equal((await stage.cycle()).calls.length, 1);
    assert.equal((await stage.cycle()).calls.length, 0, 'the same word is not taken twice');
    stage.target.setHook(undefined);
    await stage.store.decide({
      target: 'wiki',
      holdId: 'retry-all',
      decision: 'retry',
      at: new Date(stage.clock.now() + 1).toISOString(),
    });
    assert.equal((await stage.cycle()).report.result, 'success');
    assert.equal(await pauseOf(stage), undefined);
  });

  it('is not left alone for longer than five minutes because a clock was fast', async () => {
    const stage = await refused('auth');
    stage.target.setHook(undefined);
    stage.clock.jumpWallClock(-24 * 60 * minute);
    assert.equal((await stage.cycle()).report.result, 'success');
  });
});

describe('a target', () => {
  it('that is no SCIM service is left alone, too', async () => {
    const stage = await refused('protocol');
    assert.equal((await pauseOf(stage))?.cause, 'protocol');
    assert.deepEqual((await stage.cycle()).calls, []);
  });

  it('that does not answer is not: leavers are waiting', async () => {
    const stage = await refused('transient');
    assert.equal(await pauseOf(stage), undefined);
  });

  it('that carries out nothing of what is sent is, and not for what it refuses of single entries', async () => {
    for (const [failureClass, cause] of [
      ['transient', 'failures'],
      ['rejected', undefined],
    ] as const) {
      const stage = cycleStage(Array.from({ length: 24 }, (_, number) => person(`p${number}`)));
      stage.target.setHook(({ method }) =>
        method === 'create'
          ? { when: 'before', result: { class: failureClass, status: 500, detail: 'no' } }
          : undefined,
      );
      await stage.cycle();
      assert.equal((await pauseOf(stage))?.cause, cause, failureClass);
    }
  });

  it('that answers again is out of it, although what failed there is not due yet', async () => {
    const stage = cycleStage([person('anna')]);
    await stage.cycle();
    stage.source.put(person('ben'));
    stage.target.setHook(({ method }) =>
      method === 'create' ? { when: 'before', result: { class: 'transient', status: 502, detail: 'no' } } : undefined,
    );
    for (let tries = 0; tries < 5; tries += 1) {
      await stage.cycle();
      await stage.clock.advance(15 * minute);
    }
    stage.target.setHook(({ method }) =>
      method === 'create' || method === 'probe'
        ? { when: 'before', result: { class: 'protocol', detail: 'HTML' } }
        : undefined,
    );
    await stage.cycle();
    assert.equal((await pauseOf(stage))?.cause, 'protocol');
    stage.target.setHook(undefined);
    await stage.clock.advance(minute);
    const { report } = await stage.cycle();
    assert.deepEqual([report.result, report.error, report.deferred], ['partial', undefined, 1]);
    assert.equal(await pauseOf(stage), undefined);
  });
});

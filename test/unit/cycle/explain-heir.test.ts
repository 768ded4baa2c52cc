import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sentenceOf } from '../../../src/bridge/explanation-sentence.ts';
import { explainTarget, type TargetExplanation } from '../../../src/cycle/explain-target.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import { cycleStage, hour, minute, person } from '../../support/cycle-stage.ts';

type Stage = ReturnType<typeof cycleStage>;
const signal = new AbortController().signal;

/** Ada is gone, and ada2 comes in her place. */
async function staged(): Promise<Stage> {
  const stage = cycleStage([person('ada'), person('ben')], { removal: { leaves: 'delete', groups: 'keep' } });
  await stage.cycle();
  await stage.clock.advance(hour);
  stage.source.remove('ada');
  stage.source.put(person('ada2', { mail: 'ada@example.org' }));
  return stage;
}

async function explain(id: string, { setup, source, store, clock }: Stage): Promise<TargetExplanation> {
  const control = { clock, observer: () => undefined, signal, store };
  const { complete } = await readDirectories([setup.definition], new Map([['corp', source]]), control);
  const lookUp = () => Promise.resolve(new Map<string, never>());
  const options = { lookUp, now: clock.now(), signal };
  return (await explainTarget(id, setup, [...complete.values()], store, options)).explanation;
}

describe('the explanation of an entry that is gone', () => {
  it('says who takes over its account, and has nothing to remove', async () => {
    const stage = await staged();
    stage.target.clearCalls();
    const one = await explain('ada', stage);
    assert.deepEqual([one.operations, one.heir], [[], { id: 'ada2', isAwaited: false }]);
    assert.match(sentenceOf(one, 'ada'), /is still on wiki, .*; the account passes to .*\(entry ada2\)\.$/);
    assert.deepEqual(stage.target.calls, []);
  });

  it('says that it waits until it is known whether they were created', async () => {
    const stage = await staged();
    const at = new Date(stage.clock.now()).toISOString();
    await stage.store.record([
      {
        kind: 'intent',
        intent: { target: 'wiki', type: 'user', sourceId: 'ada2', directory: 'corp', at, unclear: 'lost' },
      },
    ]);
    await stage.clock.advance(minute);
    const one = await explain('ada', stage);
    assert.deepEqual([one.operations, one.heir], [[], { id: 'ada2', isAwaited: true }]);
    assert.match(sentenceOf(one, 'ada'), /; the account waits until it is known whether .* was created/);
  });

  it('says that it is deleted when nobody comes in its place', async () => {
    const stage = await staged();
    stage.source.put(person('ada2'));
    const one = await explain('ada', stage);
    assert.deepEqual([one.operations.map(({ verb }) => verb), one.heir], [['delete'], undefined]);
  });
});

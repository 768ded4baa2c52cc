import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sentenceOf } from '../../../src/bridge/explanation-sentence.ts';
import { explainTarget, type TargetExplanation } from '../../../src/cycle/explain-target.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import { cycleStage, person, team } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;

async function explain(
  id: string,
  { setup, source, store, clock }: ReturnType<typeof cycleStage>,
): Promise<TargetExplanation> {
  const control = { clock, observer: () => undefined, signal, store };
  const { complete } = await readDirectories([setup.definition], new Map([['corp', source]]), control);
  const lookUp = () => Promise.resolve(new Map<string, never>());
  const options = { lookUp, now: clock.now(), signal };
  return (await explainTarget(id, setup, [...complete.values()], store, options)).explanation;
}

describe('the explanation of a group', () => {
  it('names members who are not on the target yet, and is not in step without them', async () => {
    const stage = cycleStage([person('ada'), team('crew', ['ada'])]);
    await stage.cycle();
    stage.source.put(person('ben'));
    stage.source.put(person('cid', { status: 'off' }));
    stage.source.put(team('crew', ['ada', 'ben', 'cid']));
    const one = await explain('crew', stage);
    assert.deepEqual(one.awaited, ['ben'], 'whoever is inactive is never created');
    assert.equal(sentenceOf(one, 'crew'), 'Group crew is on wiki, and in step but for 1 not on wiki yet.');
    await stage.cycle();
    const then = await explain('crew', stage);
    assert.deepEqual(then.awaited, []);
    assert.equal(sentenceOf(then, 'crew'), 'Group crew is on wiki, and in step.');
  });
});

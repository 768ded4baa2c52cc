import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sentenceOf } from '../../../src/bridge/explanation-sentence.ts';
import { explainTarget, type TargetExplanation } from '../../../src/cycle/explain-target.ts';
import { readDirectories } from '../../../src/cycle/read/read-directories.ts';
import { cycleStage, person, team, type StageOptions } from '../../support/cycle-stage.ts';
import { definition } from '../../support/entries.ts';
import { noLimits } from '../../support/limits.ts';

type Stage = ReturnType<typeof cycleStage>;
const signal = new AbortController().signal;

async function explain(id: string, { setup, source, store, clock }: Stage): Promise<TargetExplanation> {
  const control = { clock, observer: () => undefined, signal, store };
  const { complete } = await readDirectories([setup.definition], new Map([['corp', source]]), control);
  const lookUp = () => Promise.resolve(new Map<string, never>());
  return (await explainTarget(id, setup, [...complete.values()], store, { lookUp, now: clock.now(), signal }))
    .explanation;
}

/** Bob leaves the scope, and somebody takes that back: the next cycle gives him access again. */
async function takenBack(more: StageOptions = {}): Promise<Stage> {
  const stage = cycleStage(
    ['ada', 'bob', 'cyd', 'dan'].map((id) => person(id)).concat(team('staff', ['ada', 'bob', 'cyd'])),
    {
      limits: noLimits,
      definition: definition({
        users: { userName: 'lower(mail)', active: 'status != "off"' },
        match: { user: ['externalId', 'userName'] },
        scope: { user: { where: 'status != "away"' } },
      }),
      ...more,
    },
  );
  await stage.cycle();
  stage.source.put(person('bob', { status: 'away' }));
  const { report } = await stage.cycle();
  await stage.store.decide({
    target: 'wiki',
    holdId: `undo-${report.cycle}`,
    decision: 'undo',
    at: new Date(stage.clock.now()).toISOString(),
    by: { via: 'shell', user: 'root' },
  });
  return stage;
}

const verbs = (operations: TargetExplanation['operations']): string[] =>
  operations.map(({ verb, sourceId }) => `${verb} ${sourceId}`).sort();

describe('the explanation of somebody whose removal was taken back', () => {
  it('has what the next cycle gives back to them, and to nobody else', async () => {
    const stage = await takenBack();
    const one = await explain('bob', stage);
    assert.deepEqual(verbs(one.operations), ['members staff', 'reactivate bob']);
    assert.match(sentenceOf(one, 'bob'), /reactivate/);
    assert.deepEqual((await explain('ada', stage)).operations, []);
    await stage.cycle();
    assert.deepEqual(verbs((await explain('bob', stage)).undone), ['deactivate bob', 'members staff']);
  });

  it('says that they wait for a seat', async () => {
    const stage = await takenBack({ seats: { seats: 3, order: 'userName' } });
    const one = await explain('bob', stage);
    assert.ok(verbs(one.unseated).includes('reactivate bob'));
    assert.match(sentenceOf(one, 'bob'), /waits for a seat: 3 of 3 are taken/);
  });
});

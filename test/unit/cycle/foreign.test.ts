import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, operationsOf, person } from '../../support/cycle-stage.ts';

const signal = new AbortController().signal;

/** Ada's login is on the target already, with the externalId of another tool. */
async function withForeign(adopt: 'first-match' | 'also-foreign') {
  const policy = { match: ['userName'], adopt, create: true } as const;
  const stage = cycleStage([person('ada')], { match: ['userName'], policy: { user: policy, group: policy } });
  await stage.target.create(
    'user',
    new Map<string, ScimValue>([
      ['userName', 'ada@example.org'],
      ['externalId', 'other-tool-7'],
    ]),
    signal,
  );
  return stage;
}

describe('an account that carries the externalId of somebody else', () => {
  it('is left alone and reported, and another one is not made beside it', async () => {
    const stage = await withForeign('first-match');
    const { report } = await stage.cycle();
    assert.deepEqual(
      [report.rejected.map(({ sourceId, reasons }) => [sourceId, reasons[0]?.code]), report.applied],
      [[['ada', 'match_foreign']], []],
    );
    assert.deepEqual(
      stage.target.users().map(({ externalId }) => externalId),
      ['other-tool-7'],
    );
    assert.deepEqual((await stage.cycle()).calls, [], 'nor is it asked for in each cycle');
  });

  it('is taken over with adopt: also-foreign, and is ours from then on', async () => {
    const stage = await withForeign('also-foreign');
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['adopt ada']);
    assert.deepEqual(
      stage.target.users().map(({ externalId }) => externalId),
      ['ada'],
    );
    assert.deepEqual((await stage.cycle()).calls, []);
  });
});

describe('an account that carries our externalId in another spelling', () => {
  const id = '3b1c8a52-7c0e-4a44-9c5b-0d6f1f2f8a13';
  for (const spelled of [id.toUpperCase(), `{${id}}`]) {
    it(`is ours, whatever adopt says, and nothing is sent (${spelled})`, async () => {
      const policy = { match: ['userName'], adopt: 'never', create: true } as const;
      const stage = cycleStage([person(id, { mail: 'ada@example.org' })], {
        match: ['userName'],
        policy: { user: policy, group: policy },
      });
      await stage.target.create(
        'user',
        new Map<string, ScimValue>([
          ['userName', 'ada@example.org'],
          ['externalId', spelled],
          ['active', true],
        ]),
        signal,
      );
      const { report, calls } = await stage.cycle();
      assert.deepEqual([operationsOf(report.applied), report.rejected], [[`adopt ${id}`], []]);
      assert.deepEqual(
        calls.filter(({ method }) => method === 'update' || method === 'create'),
        [],
      );
    });
  }
});

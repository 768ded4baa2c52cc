import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, hour, minute, operationsOf, person } from '../../support/cycle-stage.ts';
import { decide, madeAnew, withLeaver } from '../../support/leaver-stage.ts';
import { noLimits } from '../../support/limits.ts';

const signal = new AbortController().signal;

describe('an account with the name of a leaver whom the target has mislaid', () => {
  for (const leaves of ['deactivate', 'delete'] as const) {
    it(`waits for a person, who may say that it is theirs (leaves: ${leaves})`, async () => {
      const stage = await withLeaver({ removal: { leaves, groups: 'keep' } });
      await madeAnew(stage);
      await stage.cycle();
      await stage.clock.advance(minute);
      const { report, calls } = await stage.cycle();
      assert.deepEqual([report.result, report.hold?.findings.map(({ kind }) => kind)], ['held', ['lookalike']]);
      assert.equal(
        calls.some(({ method }) => method === 'update' || method === 'remove'),
        false,
      );
      assert.equal(stage.cy()?.['active'], true);
      await decide(stage, 'approve');
      assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['deactivate cy']);
      assert.equal(stage.cy()?.['active'], false, 'switched off, and never deleted');
      assert.equal(await stage.link(), undefined, 'it does not become ours');
      assert.deepEqual((await stage.cycle()).calls, []);
    });
  }

  it('is left alone for good when a person says that it is not theirs', async () => {
    const stage = await withLeaver();
    await madeAnew(stage);
    await stage.cycle();
    await stage.cycle();
    await decide(stage, 'reject');
    for (let cycle = 0; cycle < 3; cycle += 1) {
      const { report } = await stage.cycle();
      assert.deepEqual([report.hold, operationsOf(report.undone)], [undefined, ['deactivate cy']]);
      await stage.clock.advance(2 * hour);
    }
    assert.equal(stage.cy()?.['active'], true);
  });

  it('is not switched off by an approval that was given for the account they had', async () => {
    const stage = await withLeaver({ limits: { ...noLimits, removals: { percent: 0, atLeast: 0 } } });
    await stage.cycle();
    await decide(stage, 'approve');
    stage.target.setHook((call) =>
      call.method === 'update'
        ? { when: 'before', result: { class: 'transient', status: 503, detail: '' } }
        : undefined,
    );
    await stage.cycle();
    stage.target.setHook(undefined);
    await madeAnew(stage);
    await stage.clock.advance(hour);
    await stage.cycle();
    await stage.clock.advance(hour);
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.hold?.findings.map(({ kind }) => kind),
      ['lookalike'],
    );
    assert.equal(stage.cy()?.['active'], true);
  });

  it("is left alone, and looked for anew, when it says by now that it is somebody else's", async () => {
    const stage = await withLeaver();
    await madeAnew(stage);
    await stage.cycle();
    await stage.cycle();
    await decide(stage, 'approve');
    stage.target.putBack(
      'user',
      String(stage.cy()?.['id']),
      new Map<string, ScimValue>([
        ['userName', 'cy@example.org'],
        ['externalId', 'contractor-7'],
        ['active', true],
      ]),
    );
    await stage.cycle();
    assert.equal(stage.target.users().find(({ externalId }) => externalId === 'contractor-7')?.['active'], true);
    await stage.cycle();
    assert.equal(await stage.link(), undefined);
  });

  it('is not waited for when it is off already', async () => {
    const stage = await withLeaver();
    await madeAnew(stage, { active: false });
    await stage.cycle();
    const { report } = await stage.cycle();
    assert.deepEqual([report.hold, report.forgotten.length, await stage.link()], [undefined, 1, undefined]);
  });

  it("takes nobody's place among those who may leave", async () => {
    const stage = cycleStage(
      ['ada', 'ben', 'cy', 'dan'].map((id) => person(id)),
      { limits: { ...noLimits, removals: { percent: 0, atLeast: 1 } } },
    );
    await stage.cycle();
    await stage.clock.advance(2 * 24 * hour);
    await stage.target.remove(
      'user',
      String(stage.target.users().find(({ externalId }) => externalId === 'cy')?.['id']),
      signal,
    );
    await stage.target.create(
      'user',
      new Map<string, ScimValue>([
        ['userName', 'cy@example.org'],
        ['active', true],
      ]),
      signal,
    );
    stage.source.put(person('cy', { title: 'Chief' }));
    await stage.cycle();
    stage.source.remove('cy');
    stage.source.remove('dan');
    const { report } = await stage.cycle();
    assert.deepEqual(
      [operationsOf(report.applied), operationsOf(report.hold?.operations ?? [])],
      [['deactivate dan'], ['deactivate cy']],
    );
  });

  it('is deleted by no DELETE that was answered with 404', async () => {
    const stage = await withLeaver({ removal: { leaves: 'delete', groups: 'keep' } });
    await madeAnew(stage);
    const { calls } = await stage.cycle();
    assert.equal(calls.filter(({ method }) => method === 'remove').length, 1, 'by the id that was known');
    assert.equal(stage.cy()?.['active'], true);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScimValue } from '../../../src/core/model/resource.ts';
import { cycleStage, operationsOf, person, team, type StageOptions } from '../../support/cycle-stage.ts';

const never = { match: ['userName'], adopt: 'never', create: true } as const;
const foreign = { match: ['userName'], adopt: 'also-foreign', create: true } as const;

/** Ada left, and her account was deleted; the target only hides what it deletes, and shows it again. */
async function withLeaver(options: StageOptions = {}) {
  const stage = cycleStage([person('ada'), person('ben'), team('crew', ['ada']), team('other')], {
    removal: { leaves: 'delete', groups: 'delete' },
    match: ['userName'],
    ...options,
  });
  await stage.cycle();
  stage.source.remove('ada');
  stage.source.remove('crew');
  await stage.cycle();
  assert.deepEqual(
    stage.target.users().map(({ id }) => id),
    ['user-2'],
  );
  return stage;
}

type Stage = Awaited<ReturnType<typeof withLeaver>>;
const hidden = (stage: Stage, more: Readonly<Record<string, ScimValue>> = {}) =>
  stage.target.putBack(
    'user',
    'user-1',
    new Map<string, ScimValue>(Object.entries({ userName: 'ada@example.org', active: false, ...more })),
  );
const reasons = ({
  rejected,
}: {
  readonly rejected: readonly {
    readonly sourceId: string;
    readonly reasons: readonly { readonly code: string; readonly text: string }[];
  }[];
}) =>
  rejected.map(({ sourceId, reasons: [first] }) => [
    sourceId,
    first?.code,
    first?.text.replace(/^.*(dir2scim .*)$/, '$1'),
  ]);

describe('an account whose owner was deleted or forgotten', () => {
  it('is not given to a newcomer with the same login: that is said, with the command that decides it', async () => {
    const stage = await withLeaver();
    hidden(stage);
    stage.source.put(person('eve', { mail: 'ada@example.org' }));
    const { report } = await stage.cycle();
    assert.deepEqual(reasons(report), [['eve', 'match_taken', 'dir2scim state relink ada eve']]);
    assert.deepEqual(
      [operationsOf(report.applied), stage.target.users().find(({ id }) => id === 'user-1')?.['active']],
      [[], false],
    );
    assert.deepEqual((await stage.cycle()).calls, [], 'nor asked for in each cycle');
  });

  it('is not given away with adopt: also-foreign either', async () => {
    const stage = await withLeaver({ policy: { user: foreign, group: foreign } });
    hidden(stage, { externalId: 'ada' });
    stage.source.put(person('eve', { mail: 'ada@example.org' }));
    assert.deepEqual(reasons((await stage.cycle()).report), [['eve', 'match_taken', 'dir2scim state relink ada eve']]);
  });

  it("is the same entry's again when that comes back", async () => {
    const stage = await withLeaver();
    hidden(stage, { externalId: 'ada' });
    stage.source.put(person('ada'));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['adopt ada', 'reactivate ada']);
    assert.equal(
      stage.target.users().find(({ id }) => id === 'user-1')?.['active'],
      true,
      'they left, and nobody else switched it off',
    );
  });

  it('is not taken over when a creation is refused for it', async () => {
    const stage = await withLeaver({ target: { unique: true } });
    stage.source.put(person('eve', { mail: 'ada@example.org' }));
    let isSeen = false;
    stage.target.setHook((call) => {
      if (call.method === 'create' && !isSeen) {
        hidden(stage);
        isSeen = true;
      }
      return undefined;
    });
    const { report } = await stage.cycle();
    assert.deepEqual(
      report.failed.map(({ operation, failure }) => [operation.sourceId, failure.reason]),
      [['eve', 'match_taken']],
    );
    assert.equal((await stage.store.links('wiki', ['eve'])).size, 0);
  });

  it('whose name a newcomer gets an account of their own under is no matter, when the target makes another', async () => {
    const stage = await withLeaver({ policy: { user: never, group: never } });
    stage.source.put(person('eve', { mail: 'ada@example.org' }));
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['create eve']);
    assert.equal((await stage.store.links('wiki', ['eve'])).get('eve')?.targetId, 'user-5');
  });

  it('is not given away after it has passed to a successor who left as well', async () => {
    const stage = cycleStage([person('ada'), person('ben')], {
      removal: { leaves: 'delete', groups: 'keep' },
      match: ['userName'],
    });
    await stage.cycle();
    for (const [old, next] of [['ada', 'ada2']] as const) {
      stage.source.remove(old);
      stage.source.put(person(next, { mail: 'ada@example.org' }));
    }
    assert.deepEqual(operationsOf((await stage.cycle()).report.applied), ['relink ada2']);
    stage.source.remove('ada2');
    await stage.cycle();
    stage.target.putBack('user', 'user-1', new Map<string, ScimValue>([['userName', 'ada@example.org']]));
    stage.source.put(person('eve', { mail: 'ada@example.org' }));
    assert.deepEqual(reasons((await stage.cycle()).report), [['eve', 'match_taken', 'dir2scim state relink ada2 eve']]);
  });

  it('of a group is not given away', async () => {
    const stage = await withLeaver();
    stage.target.putBack('group', 'group-3', new Map<string, ScimValue>([['displayName', 'crew']]));
    stage.source.put({ ...team('crew2'), attributes: new Map([['cn', ['crew']]]) });
    assert.deepEqual(reasons((await stage.cycle()).report), [
      ['crew2', 'match_taken', 'dir2scim state relink crew crew2'],
    ]);
  });
});

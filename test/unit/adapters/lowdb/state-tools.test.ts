import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StateFiles } from '../../../../src/adapters/lowdb/shared/files.ts';
import { openNewState } from '../../../../src/adapters/lowdb/new-state.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView, stateChanges } from '../../../../src/adapters/lowdb/open-view.ts';
import { createStateTools } from '../../../../src/adapters/lowdb/state-tools.ts';
import { BridgeError } from '../../../../src/core/model/errors.ts';
import type { StateChange } from '../../../../src/ports/state-change.ts';
import { emptyTargetState } from '../../../../src/ports/state-records.ts';
import { aLink, aQuarantine } from '../../../contract/state-store.ts';
import { failingFiles } from '../../../support/failing-files.ts';
import { aLogEntry, clock, logOf } from './fixture.ts';
import { VolatileDisk } from '../../../support/volatile-disk.ts';

const folder = '/state';

/** Somebody who is everywhere that somebody can be. */
const everywhere: readonly StateChange[] = [
  { kind: 'link', link: aLink('ada') },
  { kind: 'link', link: aLink('bob', { heir: 'ada' }) },
  { kind: 'link', link: aLink('staff', { type: 'group', unsettled: ['ada', 'bob'] }) },
  { kind: 'members', target: 'wiki', group: 'staff', add: ['ada', 'bob'], remove: [] },
  { kind: 'quarantine', quarantine: aQuarantine('ada') },
  { kind: 'names', directory: 'corp', names: [['ada', ['digest-of-a-name']]] },
  { kind: 'intent', intent: { target: 'wiki', type: 'group', sourceId: 'new', directory: 'corp', members: ['ada'] } },
  { kind: 'link', link: aLink('ada', { target: 'docs' }) },
  { kind: 'unlink', target: 'docs', sourceId: 'ada' },
  {
    kind: 'target',
    target: 'wiki',
    state: {
      ...emptyTargetState,
      rejections: [
        {
          holdId: 'hold-1',
          at: '2026-11-20T08:00:00.000Z',
          operations: [
            { verb: 'deactivate', type: 'user', sourceId: 'ada' },
            { verb: 'members', type: 'group', sourceId: 'staff', remove: ['ada', 'bob'] },
          ],
        },
      ],
    },
  },
  { kind: 'logged', entry: aLogEntry('ada') },
  { kind: 'logged', entry: aLogEntry('staff', { verb: 'members', type: 'group', joined: ['ada', 'bob'] }) },
  { kind: 'logged', entry: aLogEntry('bob', { values: { manager: 'id-of-ada', title: 'Dr' } }) },
];

async function populate(files: StateFiles): Promise<void> {
  const store = await openStateStore({ folder, files, clock });
  for (const change of everywhere) await store.record([change]);
  await store.decide({
    target: 'wiki',
    holdId: 'push-1',
    decision: 'push',
    at: '2026-11-20T08:00:00.000Z',
    operations: [{ verb: 'deactivate', type: 'user', sourceId: 'ada' }],
  });
  await store.close();
}

async function remembered(files: StateFiles): Promise<string> {
  const changes: StateChange[] = [];
  for await (const batch of stateChanges({ folder, files })) changes.push(...batch);
  return JSON.stringify(changes);
}

/** Runs something that stops for ever at one operation of the disk. */
async function stoppedAt(disk: VolatileDisk, at: number, work: (files: StateFiles) => Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const files = failingFiles(disk.files(), (number) => {
      if (number < at) return undefined;
      resolve();
      return { kind: 'stop', moment: number === at && at % 2 === 0 ? 'halfway' : 'before' };
    });
    work(files).then(() => resolve(), reject);
  });
}

const whole = (): number => 1;
const ada = new Set(['ada']);

describe('Somebody who is erased', () => {
  it('is in no file any more; what is remembered and logged of others stays, and the chain holds', async () => {
    const disk = new VolatileDisk();
    const files = disk.files();
    await populate(files);
    const erased = await createStateTools({ folder, files, clock }).erase(ada);
    assert.deepEqual(erased, { logEntries: 3, decisions: 1 });
    assert.doesNotMatch(disk.text(), /"ada"|id-of-ada/);
    const view = await openStateView({ folder, files });
    assert.deepEqual(await view.checkLog(), { entries: 3, erased: 3, others: 0, flaws: [] });
    const [staff, bob] = await logOf(view);
    assert.deepEqual(
      [staff?.sourceId, staff?.joined, bob?.sourceId, bob?.values],
      ['staff', ['bob'], 'bob', undefined],
    );
    assert.deepEqual(await view.members('wiki', ['staff']), new Map([['staff', ['bob']]]));
    const links = await view.links('wiki', ['ada', 'bob', 'staff']);
    assert.deepEqual([...links.keys()], ['bob', 'staff']);
    assert.deepEqual(links.get('staff')?.unsettled, ['bob']);
    assert.deepEqual(
      (await view.target('wiki')).rejections?.flatMap(({ operations }) => operations),
      [{ verb: 'members', type: 'group', sourceId: 'staff', remove: ['bob'] }],
    );
    assert.deepEqual(await view.formerAccounts('docs', 'ada'), []);
  });

  it('leaves a log that goes on', async () => {
    const files = new VolatileDisk().files();
    await populate(files);
    await createStateTools({ folder, files, clock }).erase(ada);
    const store = await openStateStore({ folder, files, clock });
    await store.record([{ kind: 'logged', entry: aLogEntry('cyd') }]);
    assert.deepEqual(await store.checkLog(), { entries: 4, erased: 3, others: 0, flaws: [] });
    assert.deepEqual(
      (await logOf(store, 3)).map(({ seq }) => seq),
      [4],
    );
    await store.close();
  });

  it('is erased by a second try, wherever the first was cut short', async () => {
    const rehearsal = failingFiles(new VolatileDisk().files(), () => undefined);
    await populate(rehearsal);
    const before = rehearsal.operations.length;
    await createStateTools({ folder, files: rehearsal, clock }).erase(ada);
    for (let at = 1; at <= rehearsal.operations.length - before; at += 1) {
      const disk = new VolatileDisk();
      await populate(disk.files());
      await stoppedAt(disk, at, (files) => createStateTools({ folder, files, clock }).erase(ada));
      const after = disk.afterPowerCut(whole);
      const tools = createStateTools({ folder, files: after.files(), clock });
      await tools.erase(ada);
      assert.doesNotMatch(after.text(), /"ada"|id-of-ada/, `cut short at ${at}`);
      const view = await openStateView({ folder, files: after.files() });
      assert.deepEqual((await view.checkLog()).flaws, [], `cut short at ${at}`);
    }
  });
});

describe('A state that takes the place of another', () => {
  async function replace(files: StateFiles): Promise<void> {
    const state = await openNewState({ folder, files, clock });
    await state.store.record([{ kind: 'link', link: aLink('new') }]);
    await state.putInPlace();
    await state.close();
  }

  it('is the old one, the new one, or none that opens, wherever it was cut short; a second try makes it', async () => {
    const rehearsal = failingFiles(new VolatileDisk().files(), () => undefined);
    await populate(rehearsal);
    const before = rehearsal.operations.length;
    await replace(rehearsal);
    const operations = rehearsal.operations.length - before;
    assert.ok(operations > 20);
    const seen = new Set<string>();
    for (let at = 1; at <= operations; at += 1) {
      const disk = new VolatileDisk();
      await populate(disk.files());
      const old = await remembered(disk.files());
      await stoppedAt(disk, at, replace);
      const after = disk.afterPowerCut(whole);
      const found = await remembered(after.files()).catch((error: unknown) => {
        assert.ok(error instanceof BridgeError && error.code === 'D2S_STATE_DAMAGED', String(error));
        return 'damaged';
      });
      if (found !== 'damaged' && found !== old) assert.match(found, /"sourceId":"new"/, `cut short at ${at}`);
      seen.add(found === old ? 'old' : found === 'damaged' ? found : 'new');
      await replace(after.files());
      assert.match(await remembered(after.files()), /"sourceId":"new"/, `cut short at ${at}`);
    }
    assert.deepEqual([...seen].sort(), ['damaged', 'new', 'old']);
  });

  it('is gone without a trace where nobody wants it', async () => {
    const files = new VolatileDisk().files();
    await populate(files);
    const old = await remembered(files);
    const state = await openNewState({ folder, files, clock });
    await state.store.record([{ kind: 'link', link: aLink('new') }]);
    await assert.rejects(openStateStore({ folder, files, clock }), { code: 'D2S_STATE_LOCKED' });
    await state.close();
    assert.equal(await remembered(files), old);
    assert.equal(await files.inspect('/state/new'), undefined);
  });
});

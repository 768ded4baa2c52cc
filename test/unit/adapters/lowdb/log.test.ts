import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openNewState } from '../../../../src/adapters/lowdb/new-state.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../../src/adapters/lowdb/open-view.ts';
import type { StateStore } from '../../../../src/ports/state-store.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { dyingFiles } from '../../../support/dying-files.ts';
import { failingFiles } from '../../../support/failing-files.ts';
import { VolatileDisk } from '../../../support/volatile-disk.ts';
import { aLogEntry, clock, edit, logOf, temporaryFolder } from './fixture.ts';

const day = 24 * 60 * 60_000;

async function log(store: StateStore, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.record([{ kind: 'logged', entry: aLogEntry(id) }]);
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(join(folder, 'log'))).sort().map((name) => join(folder, 'log', name));
}

describe('The provisioning log', () => {
  it('has every entry, for the writer, for a reader beside it and after a restart', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    await log(store, 'ada', 'bob');
    const written = (await logOf(store)).map(({ seq, sourceId }) => [seq, sourceId]);
    assert.deepEqual(written, [
      [1, 'ada'],
      [2, 'bob'],
    ]);
    const view = await openStateView({ folder });
    assert.deepEqual(await logOf(view, 1), [{ seq: 2, ...aLogEntry('bob') }]);
    await store.close();
    const again = await openStateStore({ folder, clock });
    await log(again, 'cyd');
    assert.deepEqual(
      (await logOf(again)).map(({ sourceId }) => sourceId),
      ['ada', 'bob', 'cyd'],
    );
    assert.deepEqual(await again.checkLog(), { entries: 3, erased: 0, others: 0, flaws: [] });
    await again.close();
    for (const file of await filesIn(folder)) assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('shows a reader what a crash left in the journal alone', async (context) => {
    const folder = await temporaryFolder(context);
    let isFull = false;
    const files = failingFiles(nodeFiles, (_, operation, path) =>
      isFull && operation === 'write' && path.includes('/log/') ? { kind: 'error', moment: 'before' } : undefined,
    );
    const store = await openStateStore({ folder, files, clock });
    await log(store, 'ada');
    isFull = true;
    await log(store, 'bob');
    const text = await readFile((await filesIn(folder))[0] ?? '', 'utf8');
    assert.ok(!text.includes('bob'));
    const view = await openStateView({ folder });
    assert.deepEqual(
      (await logOf(view)).map(({ sourceId }) => sourceId),
      ['ada', 'bob'],
    );
    assert.deepEqual(await view.checkLog(), { entries: 1, erased: 0, others: 0, flaws: [] });
    isFull = false;
    await store.close();
    assert.deepEqual(await (await openStateView({ folder })).checkLog(), {
      entries: 2,
      erased: 0,
      others: 0,
      flaws: [],
    });
  });

  it('goes on after that of a state whose place another one took, and proves its own entries alone', async (context) => {
    const folder = await temporaryFolder(context);
    const first = await openStateStore({ folder, clock });
    await log(first, 'ada', 'bob');
    await first.close();
    const made = await openNewState({ folder, clock });
    await made.putInPlace();
    await made.close();
    const view = await openStateView({ folder });
    assert.deepEqual(await view.checkLog(), { entries: 0, erased: 0, others: 2, flaws: [] });
    await view.close();
    for (const compactAfter of [1_000_000, 1]) {
      const store = await openStateStore({ folder, clock, compactAfter });
      await store.record([{ kind: 'target', target: 'wiki', state: { pending: 0 } }]);
      assert.deepEqual(await store.checkLog(), { entries: 0, erased: 0, others: 2, flaws: [] });
      await store.close();
    }
    const again = await openStateStore({ folder, clock });
    await log(again, 'cyd');
    assert.deepEqual(await again.checkLog(), { entries: 1, erased: 0, others: 2, flaws: [] });
    await again.close();
    await rm((await filesIn(folder))[1] ?? '');
    const { flaws } = await (await openStateView({ folder })).checkLog();
    assert.deepEqual(flaws, [{ kind: 'missing', from: 3, to: 3 }]);
  });

  it('begins a new file each day, and removes those that are too old', async (context) => {
    const folder = await temporaryFolder(context);
    let now = clock.now();
    const store = await openStateStore({
      folder,
      clock: { now: () => now },
      log: { bytes: 1_000_000, milliseconds: 3 * day },
    });
    for (let at = 1; at <= 6; at += 1) {
      await log(store, `p${at}`);
      now += day;
    }
    const ids = (await logOf(store)).map(({ sourceId }) => sourceId);
    assert.deepEqual(ids, ['p2', 'p3', 'p4', 'p5', 'p6']);
    assert.deepEqual(await store.checkLog(), { entries: 5, erased: 0, others: 0, flaws: [] });
    await store.close();
  });

  it('cuts off what a crash left half-written, also where a new file begins', async (context) => {
    const folder = await temporaryFolder(context);
    let now = clock.now();
    const open = () => openStateStore({ folder, clock: { now: () => now } });
    const before = await open();
    await log(before, 'ada');
    await before.close();
    const [file = ''] = await filesIn(folder);
    await appendFile(file, '{"seq":2,"at":"20');
    now += 2 * day;
    const after = await open();
    await log(after, 'bob');
    assert.equal((await filesIn(folder)).length, 2);
    assert.deepEqual(await after.checkLog(), { entries: 2, erased: 0, others: 0, flaws: [] });
    await after.close();
  });

  it('is on the disk before a snapshot takes the place of the journal, whoever wrote it', async () => {
    const disk = new VolatileDisk();
    const killed = dyingFiles(disk.files());
    const store = await openStateStore({ folder: '/state', files: killed.files, clock });
    await log(store, 'ada', 'bob');
    killed.bury();
    await store.close().catch(() => undefined);
    const next = await openStateStore({ folder: '/state', files: disk.files(), clock, compactAfter: 1 });
    await next.record([{ kind: 'target', target: 'wiki', state: { pending: 0 } }]);
    await next.close();
    const view = await openStateView({ folder: '/state', files: disk.afterPowerCut(() => 0).files() });
    assert.deepEqual(
      (await logOf(view)).map(({ sourceId }) => sourceId),
      ['ada', 'bob'],
    );
  });

  it('keeps no more than its size', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock, log: { bytes: 16_000, milliseconds: 90 * day } });
    for (let at = 1; at <= 200; at += 1) await log(store, `p${at}`);
    const sizes = await Promise.all((await filesIn(folder)).map(async (file) => (await stat(file)).size));
    assert.ok(sizes.length > 4 && sizes.length < 12, `${sizes.length} files`);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < 20_000, `${total} bytes`);
    assert.equal((await logOf(store)).at(-1)?.seq, 200);
    assert.deepEqual((await store.checkLog()).flaws, []);
    await store.close();
  });

  const flaws: readonly [string, (lines: string[]) => string[], readonly [string, number, number][]][] = [
    ['edited', (lines) => lines.map((one) => one.replace('"bob"', '"eve"')), [['changed', 2, 2]]],
    ['removed', (lines) => lines.filter((one) => !one.includes('"bob"')), [['missing', 2, 2]]],
    ['removed at the end', (lines) => [...lines.slice(0, 3), ''], [['missing', 3, 4]]],
    [
      'made unreadable',
      (lines) => lines.map((one) => (one.includes('"bob"') ? 'x' : one)),
      [
        ['unreadable', 2, 2],
        ['missing', 2, 2],
      ],
    ],
    ['removed at the beginning of a file', (lines) => lines.slice(1), [['header', 1, 1]]],
    [
      'removed, and the beginning of the file made to fit',
      ([header = '', ada = '', ...lines]) => {
        const { hash } = JSON.parse(ada) as { readonly hash: string };
        const made = { ...(JSON.parse(header) as object), after: 1, oldest: 2, before: hash, hash };
        return [JSON.stringify(made), ...lines];
      },
      [['header', 2, 2]],
    ],
    [
      'put in twice',
      (lines) => lines.flatMap((one) => (one.includes('"bob"') ? [one, one] : [one])),
      [['changed', 2, 2]],
    ],
  ];
  for (const [what, change, expected] of flaws) {
    it(`shows that a line was ${what}`, async (context) => {
      const folder = await temporaryFolder(context);
      const store = await openStateStore({ folder, clock });
      await log(store, 'ada', 'bob', 'cyd', 'dan');
      await store.close();
      const [file = ''] = await filesIn(folder);
      await edit(file, (bytes) => Buffer.from(change(bytes.toString().split('\n')).join('\n')));
      const view = await openStateView({ folder });
      const found = (await view.checkLog()).flaws.map(({ kind, from, to }) => [kind, from, to]);
      assert.deepEqual(found.slice(0, expected.length), expected);
    });
  }

  it('shows that all of it was removed, and goes on', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    await log(store, 'ada', 'bob');
    await store.close();
    await rm(join(folder, 'log'), { recursive: true });
    const again = await openStateStore({ folder, clock });
    assert.deepEqual((await again.checkLog()).flaws, [{ kind: 'missing', from: 1, to: 2 }]);
    await log(again, 'cyd');
    assert.deepEqual(
      (await logOf(again)).map(({ seq, sourceId }) => [seq, sourceId]),
      [[3, 'cyd']],
    );
    await again.close();
  });

  it('shows that a file was called another state’s, also when it is gone once a new one has begun', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    await log(store, 'ada', 'bob');
    await store.close();
    const [file = ''] = await filesIn(folder);
    await edit(file, (bytes) => Buffer.from(bytes.toString().replace(/"lineage":"[^"]+"/, '"lineage":"another"')));
    const again = await openStateStore({ folder, clock });
    assert.notDeepEqual((await again.checkLog()).flaws, [], 'before anything comes after it');
    await log(again, 'cyd');
    const { flaws, others } = await again.checkLog();
    assert.deepEqual([flaws[0]?.kind, others], ['header', 0]);
    await again.close();
    await rm(file);
    const view = await openStateView({ folder });
    assert.deepEqual((await view.checkLog()).flaws, [{ kind: 'missing', from: 1, to: 2 }]);
  });

  it('has values only where they are recorded, and its chain holds without them', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    const entry = aLogEntry('ada', { values: { userName: 'ada@corp.example', 'emails[type eq "work"].value': null } });
    await store.record([{ kind: 'logged', entry }]);
    await log(store, 'bob');
    assert.deepEqual((await logOf(store))[0]?.values, entry.values);
    await store.close();
    const [file = ''] = await filesIn(folder);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('ada@corp.example', 'eve@corp.example'));
    assert.deepEqual((await (await openStateView({ folder })).checkLog()).flaws, [{ kind: 'changed', from: 1, to: 1 }]);
    await writeFile(file, text.replace(/,"values":.*(?=,"hash")/, ''));
    const view = await openStateView({ folder });
    assert.deepEqual(await view.checkLog(), { entries: 2, erased: 0, others: 0, flaws: [] });
    assert.equal((await logOf(view))[0]?.values, undefined);
  });

  it('never gives a number twice when an older copy of the state is put back without it', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    await log(store, 'ada');
    await store.close();
    const old = await Promise.all(
      ['snapshot.ndjson', 'journal.ndjson'].map(async (name) => [name, await readFile(join(folder, name))] as const),
    );
    const later = await openStateStore({ folder, clock });
    await log(later, 'bob', 'cyd');
    await later.close();
    for (const [name, bytes] of old) await writeFile(join(folder, name), bytes);
    const restored = await openStateStore({ folder, clock });
    await log(restored, 'dan');
    assert.deepEqual(
      (await logOf(restored)).map(({ seq, sourceId }) => [seq, sourceId]),
      [
        [1, 'ada'],
        [2, 'bob'],
        [3, 'cyd'],
        [4, 'dan'],
      ],
    );
    assert.deepEqual((await restored.checkLog()).flaws, []);
    await restored.close();
  });

  it('of another state is left alone, and its count goes on', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    await log(store, 'ada', 'bob');
    await store.close();
    for (const name of ['snapshot.ndjson', 'journal.ndjson', 'secret.key']) await rm(join(folder, name));
    const another = await openStateStore({ folder, clock });
    await log(another, 'cyd');
    assert.deepEqual(
      (await logOf(another, 2)).map(({ seq, sourceId }) => [seq, sourceId]),
      [[3, 'cyd']],
    );
    assert.deepEqual(await another.checkLog(), { entries: 1, erased: 0, others: 2, flaws: [] });
    await another.close();
  });
});

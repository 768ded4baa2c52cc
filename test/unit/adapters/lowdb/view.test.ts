import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../../src/adapters/lowdb/open-view.ts';
import type { StateFiles } from '../../../../src/adapters/lowdb/shared/files.ts';
import { failingFiles } from '../../../support/failing-files.ts';
import { clock, failsWith, recordOf, recordsIn, temporaryFolder } from './fixture.ts';

describe('A view of the embedded state', () => {
  it('is whole at every moment while a writer records and compacts all the time', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock, compactAfter: 600 });
    let acknowledged = 0;
    let done = false;
    const write = async (): Promise<void> => {
      for (let number = 1; number <= 400; number += 1) {
        await store.record(recordOf(number));
        acknowledged = number;
      }
      done = true;
    };
    const read = async (): Promise<void> => {
      while (!done) {
        const least = acknowledged;
        const found = await recordsIn(await openStateView({ folder }), 400);
        assert.deepEqual(
          found,
          found.map((_, index) => index + 1),
        );
        assert.ok(found.length >= least, 'what was acknowledged before it was opened');
      }
    };
    await Promise.all([write(), read(), read()]);
    await store.close();
  });

  it('reads again when both files are replaced between the one and the other', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock, compactAfter: 0 });
    await store.record(recordOf(1));
    let number = 2;
    const files: StateFiles = {
      ...nodeFiles,
      open: async (path, use) => {
        if (path.endsWith('journal.ndjson') && number < 5) {
          await store.record(recordOf(number++));
          await store.record(recordOf(number++)); // once this is done, so is the compaction after the one before
        }
        return nodeFiles.open(path, use);
      },
    };
    assert.deepEqual((await recordsIn(await openStateView({ folder, files }))).slice(0, 5), [1, 2, 3, 4, 5]);
    await store.close();
  });

  it('writes nothing but the decisions it is asked to leave', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    const files = failingFiles(nodeFiles, () => undefined);
    const view = await openStateView({ folder, files });
    assert.deepEqual(await recordsIn(view), []);
    assert.deepEqual(await view.decisions(), { waiting: [], unusable: [] });
    assert.deepEqual(files.operations, []);
    await view.decide({ target: 'wiki', holdId: 'hold-1', decision: 'reject', at: '2026-11-20T08:00:00.000Z' });
    await view.close();
    assert.deepEqual(
      (await store.decisions()).waiting.map((one) => one.decision),
      ['reject'],
    );
    const [file, ...others] = await readdir(join(folder, 'decisions'));
    assert.match(file ?? '', /^wiki\.hold-1\.[0-9a-f]+\.json$/);
    assert.deepEqual(others, []);
    await store.close();
  });
});

describe('Decisions of the embedded state', () => {
  it('that cannot be read are named and passed over, as are those of versions that named no target', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    const good = { target: 'wiki', holdId: 'good', decision: 'approve', at: '2026-11-20T08:00:00.000Z' } as const;
    await store.decide(good);
    const put = (name: string, text: string) => writeFile(join(folder, 'decisions', name), text);
    await put('empty.json', '');
    await put('wrong.json', JSON.stringify({ ...good, decision: 'maybe' }));
    await put('undated.json', JSON.stringify({ ...good, at: 'yesterday' }));
    await put('elsewhere.json', JSON.stringify({ ...good, target: '../chat' }));
    await put(
      'extra.json',
      JSON.stringify({ ...good, operations: [{ verb: 'deactivate', type: 'user', sourceId: 'a', more: true }] }),
    );
    await put('long.json', `${JSON.stringify(good)}${' '.repeat(5_000_000)}`);
    await put('2ba102f94dbc.json', JSON.stringify({ planId: '2ba102f94dbc', decision: 'approve', at: good.at }));
    await put('half.json.tmp', '{');
    await mkdir(join(folder, 'decisions', 'folder.json'));
    await put('outside', JSON.stringify(good));
    await symlink(join(folder, 'decisions', 'outside'), join(folder, 'decisions', 'link.json'));
    const { waiting, unusable } = await store.decisions();
    assert.deepEqual(
      waiting.map(({ key, ...decision }) => [key.startsWith('wiki.good.'), decision]),
      [[true, good]],
    );
    const unreadable = ['elsewhere', 'empty', 'extra', 'folder', 'link', 'long', 'undated', 'wrong'].map((name) => ({
      key: `${name}.json`,
      because: 'unreadable',
    }));
    assert.deepEqual(
      unusable.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      [{ key: '2ba102f94dbc.json', because: 'no_target', at: good.at }, ...unreadable],
    );
    await store.close();
  });

  it('in a folder that somebody else closed are none, and no error', async (context) => {
    const folder = await temporaryFolder(context);
    const closed = { ...nodeFiles, list: () => Promise.reject(Object.assign(new Error('closed'), { code: 'EACCES' })) };
    await mkdir(join(folder, 'decisions'), { recursive: true });
    const view = await openStateView({ folder, files: closed });
    assert.deepEqual(await view.decisions(), { waiting: [], unusable: [{ key: '', because: 'unreadable' }] });
  });

  it('are refused when their folder is a link to another place', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    await mkdir(`${folder}-elsewhere`);
    await symlink(`${folder}-elsewhere`, join(folder, 'decisions'));
    await assert.rejects(
      store.decide({ target: 'wiki', holdId: 'hold', decision: 'approve', at: '2026-11-20T08:00:00.000Z' }),
      failsWith('D2S_STATE_DAMAGED', 'decisions'),
    );
    assert.deepEqual(await store.decisions(), { waiting: [], unusable: [] });
    assert.deepEqual(await readdir(`${folder}-elsewhere`), []);
    await store.close();
  });
});

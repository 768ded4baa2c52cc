import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { StateFile, StateFiles } from '../../../../src/adapters/lowdb/shared/files.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../../src/adapters/lowdb/open-view.ts';
import { seal } from '../../../../src/adapters/lowdb/shared/lines.ts';
import type { StateStore } from '../../../../src/ports/state-store.ts';
import { clock, copyState, edit, failsWith, recordOf, recordsIn, temporaryFolder } from './fixture.ts';

const open = (folder: string): Promise<StateStore> => openStateStore({ folder, clock });
const permissions = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

/** A closed state whose snapshot holds record 1 and whose journal holds record 2. */
async function aState(context: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await temporaryFolder(context);
  const first = await open(folder);
  await first.record(recordOf(1));
  await first.close();
  const second = await open(folder);
  await second.record(recordOf(2));
  await copyState(folder, `${folder}-copy`);
  await second.close();
  await rm(folder, { recursive: true });
  await rename(`${folder}-copy`, folder);
  return folder;
}

/** Neither the writer nor a reader opens it, and neither changes anything. */
async function isRefused(folder: string, code: 'D2S_STATE_DAMAGED' | 'D2S_STATE_NEWER', names: string): Promise<void> {
  const listing = async (): Promise<string[]> => {
    const names = (await readdir(folder)).filter((name) => name !== 'lock').sort();
    return Promise.all(names.map(async (name) => `${name} ${String((await stat(join(folder, name))).size)}`));
  };
  const before = await listing();
  await assert.rejects(open(folder), failsWith(code, names));
  await assert.rejects(openStateView({ folder }), failsWith(code, names));
  assert.deepEqual(await listing(), before, 'nothing was changed');
}

describe('Opening the embedded state', () => {
  it('makes a folder and files that are private, and keeps them so', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await open(folder);
    await store.record(recordOf(1));
    await store.decide({ target: 'wiki', holdId: 'hold', decision: 'approve', at: '2026-11-20T08:00:00.000Z' });
    const [decision = ''] = await readdir(join(folder, 'decisions'));
    const check = async (): Promise<void> => {
      assert.equal(await permissions(folder), '700');
      assert.equal(await permissions(join(folder, 'decisions')), '700');
      for (const path of ['snapshot.ndjson', 'journal.ndjson', 'secret.key', `decisions/${decision}`]) {
        assert.equal(await permissions(join(folder, path)), '600', path);
      }
    };
    await check();
    await store.close();
    await check();
    await chmod(folder, 0o755);
    await chmod(join(folder, 'snapshot.ndjson'), 0o644);
    await (await open(folder)).close();
    await check();
  });

  it('takes a folder with none of its files for a first run', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(join(folder, 'lost+found'), { recursive: true });
    const store = await open(folder);
    assert.deepEqual(await recordsIn(store), []);
    await store.close();
  });

  it('goes on after a first run that was interrupted before its snapshot', async (context) => {
    const folder = await temporaryFolder(context);
    await (await open(folder)).close();
    await rm(join(folder, 'snapshot.ndjson'));
    await writeFile(join(folder, 'snapshot.ndjson.tmp'), 'half');
    const view = await openStateView({ folder });
    assert.deepEqual(await recordsIn(view), []);
    const store = await open(folder);
    await store.record(recordOf(1));
    await store.close();
    assert.deepEqual(await readdir(folder).then((names) => names.sort()), [
      'journal.ndjson',
      'lock.key',
      'log',
      'secret.key',
      'snapshot.ndjson',
    ]);
  });

  it('finds what snapshot and journal hold together', async (context) => {
    const folder = await aState(context);
    assert.deepEqual(await recordsIn(await openStateView({ folder })), [1, 2]);
    const store = await open(folder);
    assert.deepEqual(await recordsIn(store), [1, 2]);
    await store.close();
  });

  for (const name of ['snapshot.ndjson', 'journal.ndjson', 'secret.key']) {
    it(`refuses a state whose ${name} is missing, empty, cut off, a symbolic link or a folder`, async (context) => {
      const folder = await aState(context);
      const path = join(folder, name);
      const kept = `${folder}-kept`;
      await cp(path, kept);
      const damages: [string, () => Promise<unknown>][] = [
        ['missing', () => rm(path)],
        ['empty', () => writeFile(path, '')],
        ['cut off', () => edit(path, (bytes) => bytes.subarray(0, 30))],
        ['a link', () => rm(path).then(() => symlink(kept, path))],
        ['a folder', () => rm(path).then(() => mkdir(path))],
      ];
      for (const [what, damage] of damages) {
        await context.test(what, async () => {
          await damage();
          await isRefused(folder, 'D2S_STATE_DAMAGED', name);
          await rm(path, { recursive: true, force: true });
          await cp(kept, path);
        });
      }
      const store = await open(folder);
      assert.deepEqual(await recordsIn(store), [1, 2], 'the restored file makes it whole');
      await store.close();
    });
  }

  it('refuses a snapshot or journal that does not match the other one', async (context) => {
    const folder = await aState(context);
    const [older, stranger] = [`${folder}-older`, await aState(context)];
    await copyState(folder, older);
    await copyState(folder, `${folder}-mixed`);
    await cp(join(stranger, 'journal.ndjson'), join(`${folder}-mixed`, 'journal.ndjson'));
    await isRefused(`${folder}-mixed`, 'D2S_STATE_DAMAGED', 'belongs to another state');
    const store = await open(folder);
    await store.record(recordOf(3));
    await store.close();
    const exchange = async (name: string, from: string): Promise<void> => {
      const path = join(folder, name);
      await rename(path, `${path}.kept`);
      await cp(join(from, name), path);
      await isRefused(folder, 'D2S_STATE_DAMAGED', name);
      await rename(`${path}.kept`, path);
    };
    await exchange('snapshot.ndjson', older);
    await exchange('journal.ndjson', older);
    await exchange('journal.ndjson', stranger);
    await exchange('secret.key', stranger);
    const again = await open(folder);
    assert.deepEqual(await recordsIn(again), [1, 2, 3]);
    await again.close();
  });

  it('refuses every flipped bit of a snapshot', async (context) => {
    const folder = await aState(context);
    const path = join(folder, 'snapshot.ndjson');
    const { size } = await stat(path);
    for (let at = 0; at < size; at += 7) {
      const flip = (bytes: Buffer): Buffer => {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
        return bytes;
      };
      await edit(path, flip);
      await assert.rejects(openStateView({ folder }), /damaged|newer/, `byte ${at}`);
      await edit(path, flip);
    }
    assert.deepEqual(await recordsIn(await openStateView({ folder })), [1, 2]);
  });

  it('refuses a newer format', async (context) => {
    const folder = await aState(context);
    const snapshot = join(folder, 'snapshot.ndjson');
    await edit(snapshot, (bytes) => Buffer.from(bytes.toString().replace('"version":3', '"version":4')));
    await isRefused(folder, 'D2S_STATE_NEWER', 'snapshot.ndjson');
    await edit(snapshot, (bytes) => Buffer.from(bytes.toString().replace('"version":4', '"version":3')));
    const header = { format: 'dir2scim-journal', version: 7, lineage: 'x', after: 1 };
    await writeFile(join(folder, 'journal.ndjson'), seal(JSON.stringify(header)));
    await isRefused(folder, 'D2S_STATE_NEWER', 'journal.ndjson');
  });

  it('shows an empty state, and makes nothing, where there is none', async (context) => {
    const folder = await temporaryFolder(context);
    const view = await openStateView({ folder });
    assert.deepEqual(await recordsIn(view), []);
    assert.notEqual(view.digest('a'), view.digest('b'));
    await view.close();
    await assert.rejects(stat(folder), { code: 'ENOENT' });
  });

  it('says what is wrong with a place that cannot be a folder', async (context) => {
    const folder = await temporaryFolder(context);
    await writeFile(folder, 'a file');
    await assert.rejects(open(folder), failsWith('D2S_STATE_UNWRITABLE', folder));
    await assert.rejects(openStateView({ folder }), failsWith('D2S_STATE_UNWRITABLE', folder));
  });

  it('leaves no file open when it fails half-way', async (context) => {
    const folder = await aState(context);
    const open = new Set<StateFile>();
    const files: StateFiles = {
      ...nodeFiles,
      list: (path) => (path.endsWith('log') ? Promise.reject(new Error('EIO: made to fail')) : nodeFiles.list(path)),
      open: async (path, use, folder) => {
        const file = await nodeFiles.open(path, use, folder);
        const tracked = {
          read: (buffer: Uint8Array, position: number) => file.read(buffer, position),
          write: (bytes: Uint8Array, position: number) => file.write(bytes, position),
          sync: () => file.sync(),
          truncate: (size: number) => file.truncate(size),
          close: async () => {
            open.delete(tracked);
            await file.close();
          },
        };
        open.add(tracked);
        return tracked;
      },
    };
    const opening = openStateStore({ folder, clock, files, latestNote: `${folder}.latest` });
    await assert.rejects(opening, failsWith('D2S_STATE_UNWRITABLE'));
    assert.equal(open.size, 0);
  });
});

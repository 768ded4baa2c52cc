import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { acquireFile } from '../../../../src/adapters/lowdb/lock/lock.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../../src/adapters/lowdb/open-view.ts';
import { clock, failsWith, recordOf, recordsIn, temporaryFolder } from './fixture.ts';

const open = (folder: string) => openStateStore({ folder, clock });

/** Another process that holds the state and whose event loop stands still. */
async function startHolder(folder: string) {
  const holder = spawn(process.execPath, [join(import.meta.dirname, 'holding-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return holder;
}

describe('The lock of the embedded state', () => {
  it('keeps a second process out, names the first, and is free at once when that is killed', async (context) => {
    const folder = await temporaryFolder(context);
    const holder = await startHolder(folder);
    await assert.rejects(open(folder), failsWith('D2S_STATE_LOCKED', `pid ${String(holder.pid)}`));
    await symlink(folder, `${folder}-by-another-name`);
    await assert.rejects(open(`${folder}-by-another-name`), failsWith('D2S_STATE_LOCKED'));
    assert.deepEqual(await recordsIn(await openStateView({ folder })), [], 'reading is free');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const store = await open(`${folder}-by-another-name`);
    await store.record(recordOf(1));
    await store.close();
  });

  it('keeps a second writer of the same process out until the first has closed', async (context) => {
    const folder = await temporaryFolder(context);
    const first = await open(folder);
    await assert.rejects(open(folder), failsWith('D2S_STATE_LOCKED', String(process.pid)));
    await first.record(recordOf(1));
    await first.close();
    const second = await open(folder);
    assert.deepEqual(await recordsIn(second), [1]);
    await second.close();
  });

  it('is released when opening fails', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(folder);
    await writeFile(join(folder, 'secret.key'), 'alone');
    for (let attempt = 0; attempt < 2; attempt += 1) await assert.rejects(open(folder), failsWith('D2S_STATE_DAMAGED'));
  });
});

describe('The lock by file, where there are no abstract sockets', () => {
  it('keeps others out while its holder runs, and is taken over from one that ended', async (context) => {
    const folder = await temporaryFolder(context);
    const path = join(folder, 'lock');
    await mkdir(folder);
    const lock = await acquireFile(nodeFiles, folder);
    await assert.rejects(acquireFile(nodeFiles, folder), failsWith('D2S_STATE_LOCKED', String(process.pid)));
    await lock.release();
    await assert.rejects(stat(path), { code: 'ENOENT' });

    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    await once(other, 'spawn');
    await writeFile(path, `${String(other.pid)}\n`);
    await assert.rejects(acquireFile(nodeFiles, folder), failsWith('D2S_STATE_LOCKED', path));
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await acquireFile(nodeFiles, folder)).release();

    await writeFile(path, `${process.pid}\n`); // left by a process that had our number before us
    await (await acquireFile(nodeFiles, folder)).release();
  });

  it('does not take over what names nobody', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(folder);
    await writeFile(join(folder, 'lock'), '');
    await assert.rejects(acquireFile(nodeFiles, folder), failsWith('D2S_STATE_LOCKED', 'remove'));
  });
});

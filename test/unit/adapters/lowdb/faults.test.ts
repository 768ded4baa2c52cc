import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rename, stat, appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { StateFile, StateFiles } from '../../../../src/adapters/lowdb/shared/files.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { failingFiles, type Fault, type WritingOperation } from '../../../support/failing-files.ts';
import { VolatileDisk } from '../../../support/volatile-disk.ts';
import { clock, failsWith, liveThrough, recordOf, recordsIn, survives, temporaryFolder } from './fixture.ts';

/** Real files on which one kind of operation fails while `fault` is set. */
function switchable() {
  let broken: { readonly operation: WritingOperation; readonly fault: Fault } | undefined;
  const files = failingFiles(nodeFiles, (_, operation, path) =>
    operation === broken?.operation && !path.endsWith('lock') ? broken.fault : undefined,
  );
  return {
    files,
    fail: (operation: WritingOperation, code: string, moment: Fault['moment'] = 'before') => {
      broken = { operation, fault: { kind: 'error', code, moment } };
    },
    mend: () => {
      broken = undefined;
    },
  };
}

/** The file's methods, so that one of them can be another. */
function methodsOf(file: StateFile): StateFile {
  return {
    read: (...call) => file.read(...call),
    write: (...call) => file.write(...call),
    sync: () => file.sync(),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  };
}

describe('The embedded state on a failing disk', () => {
  for (const code of ['ENOSPC', 'EFBIG', 'EIO']) {
    it(`remembers nothing of a record that ends in ${code}, and goes on when there is room again`, async (context) => {
      const folder = await temporaryFolder(context);
      const { files, fail, mend } = switchable();
      const results: string[] = [];
      const store = await openStateStore({ folder, files, clock, onWritten: ({ result }) => results.push(result) });
      await store.record(recordOf(1));
      const before = await readFile(join(folder, 'journal.ndjson'));
      fail('write', code, 'halfway');
      const side = [2, 3].map((number) => store.record(recordOf(number)));
      for (const one of side) await assert.rejects(one, failsWith('D2S_STATE_UNWRITABLE', code));
      assert.deepEqual(await recordsIn(store), [1]);
      assert.deepEqual(await readFile(join(folder, 'journal.ndjson')), before, 'taken back');
      mend();
      await store.record(recordOf(2));
      await store.close();
      assert.deepEqual(results, ['success', 'error', 'success']);
      const again = await openStateStore({ folder, clock });
      assert.deepEqual(await recordsIn(again), [1, 2]);
      await again.close();
    });
  }

  it('takes no more records after a sync failed, and keeps what was confirmed', async (context) => {
    const folder = await temporaryFolder(context);
    const { files, fail, mend } = switchable();
    const store = await openStateStore({ folder, files, clock });
    await store.record(recordOf(1));
    fail('sync', 'EIO');
    await assert.rejects(store.record(recordOf(2)), failsWith('D2S_STATE_UNWRITABLE', 'EIO'));
    mend();
    await assert.rejects(store.record(recordOf(3)), failsWith('D2S_STATE_UNWRITABLE'));
    assert.deepEqual(await recordsIn(store), [1]);
    await store.close();
    const again = await openStateStore({ folder, clock });
    assert.deepEqual(await recordsIn(again), [1]);
    await again.close();
  });

  it('takes no more records when a half-written one cannot be taken back', async (context) => {
    const folder = await temporaryFolder(context);
    let broken = false;
    const files = failingFiles(nodeFiles, (_, operation) =>
      broken && (operation === 'write' || operation === 'truncate')
        ? { kind: 'error', code: 'EIO', moment: 'halfway' }
        : undefined,
    );
    const store = await openStateStore({ folder, files, clock });
    await store.record(recordOf(1));
    broken = true;
    await assert.rejects(store.record(recordOf(2)), failsWith('D2S_STATE_UNWRITABLE'));
    broken = false;
    await assert.rejects(store.record(recordOf(3)), failsWith('D2S_STATE_UNWRITABLE'));
    await store.close();
    const again = await openStateStore({ folder, clock });
    assert.deepEqual(await recordsIn(again), [1]);
    await again.close();
  });

  for (const operation of ['create', 'write', 'sync', 'rename'] as const) {
    it(`loses nothing when a snapshot cannot be written (${operation} fails)`, async (context) => {
      const folder = await temporaryFolder(context);
      const { files, fail, mend } = switchable();
      const store = await openStateStore({ folder, files, clock });
      await store.record(recordOf(1));
      fail(operation, 'ENOSPC');
      await store.close();
      mend();
      const again = await openStateStore({ folder, clock });
      assert.deepEqual(await recordsIn(again), [1]);
      await again.close();
    });
  }

  it('tries a failed compaction again only after more has been written', async (context) => {
    const folder = await temporaryFolder(context);
    const { files, fail, mend } = switchable();
    const store = await openStateStore({ folder, files, clock, compactAfter: 2000 });
    await store.record(recordOf(1));
    fail('rename', 'ENOSPC');
    for (let number = 2; number <= 12; number += 1) await store.record(recordOf(number));
    const attempts = files.operations.filter((one) => one === 'rename snapshot.ndjson').length - 1;
    assert.ok(attempts >= 1 && attempts <= 3, `${attempts} attempts`);
    mend();
    for (let number = 13; number <= 30; number += 1) await store.record(recordOf(number));
    assert.ok((await stat(join(folder, 'journal.ndjson'))).size < 8000, 'compacted at last');
    assert.equal((await recordsIn(store)).length, 30);
    await store.close();
  });

  it('ends well after any single operation has failed in any way', async () => {
    const rehearsal = failingFiles(new VolatileDisk().files(), () => undefined);
    const folder = '/state';
    await liveThrough(
      (compactAfter) => openStateStore({ folder, files: rehearsal, clock, compactAfter }),
      () => undefined,
    );
    for (let at = 1; at <= rehearsal.operations.length; at += 1) {
      for (const moment of ['before', 'halfway', 'after'] as const) {
        const disk = new VolatileDisk();
        const files = failingFiles(disk.files(), (number) =>
          number === at ? { kind: 'error', code: 'EIO', moment } : undefined,
        );
        const acknowledged = new Set<number>();
        const opened: Awaited<ReturnType<typeof openStateStore>>[] = [];
        const open = async (compactAfter?: number) => {
          const store = await openStateStore({ folder, files, clock, compactAfter });
          opened.push(store);
          return store;
        };
        await liveThrough(open, (number) => acknowledged.add(number)).catch(failsWith('D2S_STATE_UNWRITABLE'));
        for (const store of opened) await store.close().catch(() => undefined);
        await survives(() => openStateStore({ folder, files: disk.files(), clock }), acknowledged).catch(
          (error: unknown) => {
            throw new Error(`operation ${at} (${rehearsal.operations[at - 1] ?? ''}) failed, ${moment}`, {
              cause: error,
            });
          },
        );
      }
    }
  });

  for (const operation of ['rename', 'syncFolder'] as const)
    it(`leaves no file open when a file of the log cannot be begun (${operation} fails)`, async (context) => {
      const folder = await temporaryFolder(context);
      const open = new Set<StateFile>();
      const counted: StateFiles = {
        ...nodeFiles,
        open: async (...call) => {
          const file = await nodeFiles.open(...call);
          open.add(file);
          return { ...methodsOf(file), close: () => (open.delete(file), file.close()) };
        },
      };
      let isBroken = true;
      const files = failingFiles(counted, (_, one, path) =>
        isBroken && one === operation && /log(\/\d+\.ndjson)?$/.test(path)
          ? { kind: 'error', code: 'EIO', moment: 'before' }
          : undefined,
      );
      const store = await openStateStore({ folder, files, clock });
      const before = open.size;
      for (let number = 1; number <= 5; number += 1) await store.record(recordOf(number));
      assert.equal(open.size, before, 'as many as before');
      isBroken = false;
      await store.record(recordOf(6));
      assert.equal((await store.checkLog()).entries, 6);
      await store.close();
      assert.equal(open.size, 0);
    });

  it('stops when someone else has written to the journal, or the folder was moved away', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await openStateStore({ folder, clock });
    await store.record(recordOf(1));
    await appendFile(join(folder, 'journal.ndjson'), 'foreign');
    await assert.rejects(store.record(recordOf(2)), failsWith('D2S_STATE_LOCKED', folder));
    await store.close();
    const second = await openStateStore({ folder, clock });
    await rename(folder, `${folder}-moved`);
    await assert.rejects(second.record(recordOf(2)), failsWith('D2S_STATE_LOCKED', folder));
    await second.close();
    await assert.rejects(stat(folder), { code: 'ENOENT' });
  });

  it(
    'meets a real limit of the file size with an error, and loses nothing',
    { skip: process.platform === 'win32' },
    async (context) => {
      const folder = await temporaryFolder(context);
      const child = join(import.meta.dirname, 'full-child.ts');
      const { stdout } = await promisify(execFile)('sh', [
        '-c',
        `ulimit -f 20; exec "${process.execPath}" "${child}" "${folder}"`,
      ]);
      const acknowledged = stdout
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number);
      assert.ok(acknowledged.length >= 5, 'some went through');
      assert.match(stdout, /^D2S_STATE_UNWRITABLE: .*EFBIG/m);
      const store = await openStateStore({ folder, clock });
      assert.deepEqual(await recordsIn(store, 500), acknowledged);
      await store.close();
    },
  );
});

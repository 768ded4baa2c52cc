import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { StateFiles } from '../../src/adapters/lowdb/shared/files.ts';
import { nodeFiles } from '../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../src/adapters/lowdb/open-view.ts';
import { clock, recordOf, recordsIn, temporaryFolder } from '../unit/adapters/lowdb/fixture.ts';

/** As on Windows, where MoveFileEx replaces no file that somebody has open (nodejs/node#29481). */
function filesOfWindows(): { readonly files: StateFiles; readonly replaced: string[] } {
  const open = new Map<object, string>();
  const replaced: string[] = [];
  const files: StateFiles = {
    ...nodeFiles,
    open: async (path, use) => {
      const file = await nodeFiles.open(path, use);
      const key = {};
      open.set(key, path);
      return {
        ...file,
        close: async () => {
          open.delete(key);
          await file.close();
        },
      };
    },
    rename: async (from, to) => {
      if ([...open.values()].includes(to)) throw Object.assign(new Error(`EPERM: ${to} is open`), { code: 'EPERM' });
      await nodeFiles.rename(from, to);
      replaced.push(to);
      for (const [key, path] of open) if (path === from) open.set(key, to);
    },
  };
  return { files, replaced };
}

it('the state is written, compacted, closed and opened again where no open file can be replaced', async (context) => {
  const folder = await temporaryFolder(context);
  const { files, replaced } = filesOfWindows();
  const store = await openStateStore({ folder, clock, files, compactAfter: 500 });
  for (let index = 0; index < 20; index += 1) await store.record(recordOf(index));
  await store.close();
  const journals = replaced.filter((path) => path.endsWith('journal.ndjson'));
  assert.ok(journals.length > 2, `the journal began anew ${journals.length} times`);
  const again = await openStateStore({ folder, clock, files, compactAfter: 500 });
  await again.record(recordOf(20));
  await again.close();
  assert.equal((await recordsIn(await openStateView({ folder }))).length, 21);
});

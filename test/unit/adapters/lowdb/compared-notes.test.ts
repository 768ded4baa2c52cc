import assert from 'node:assert/strict';
import { readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createComparedNotes } from '../../../../src/adapters/lowdb/compared-notes.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { failingFiles } from '../../../support/failing-files.ts';
import { clock, temporaryFolder } from './fixture.ts';

async function stateFolder(context: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const folder = await temporaryFolder(context);
  await (await openStateStore({ folder, clock })).close();
  return folder;
}

describe('notes of comparisons, as files', () => {
  it('are there for the next process, of each target its own, for nobody else to read', async (context) => {
    const folder = await stateFolder(context);
    const notes = createComparedNotes({ folder });
    assert.deepEqual(await notes.read('wiki'), []);
    await notes.append('wiki', 'one');
    await notes.append('wiki', 'two');
    await notes.append('chat', 'three');
    const again = createComparedNotes({ folder });
    assert.deepEqual([await again.read('wiki'), await again.read('chat')], [['one', 'two'], ['three']]);
    assert.equal((await stat(join(folder, 'compared.wiki.ndjson'))).mode & 0o777, 0o600);
    await again.clear('wiki');
    assert.deepEqual([await notes.read('wiki'), await notes.read('chat')], [[], ['three']]);
    await (await openStateStore({ folder, clock })).close();
  });

  for (const code of ['ENOSPC', 'EFBIG', 'EIO', 'EROFS'])
    it(`stop no comparison when writing ends in ${code}, and go on when it is over`, async (context) => {
      const folder = await stateFolder(context);
      let isBroken = true;
      const files = failingFiles(nodeFiles, () => (isBroken ? { kind: 'error', moment: 'halfway', code } : undefined));
      const notes = createComparedNotes({ folder, files });
      await notes.append('wiki', 'lost');
      await notes.clear('wiki');
      isBroken = false;
      await notes.append('wiki', 'kept');
      assert.equal((await notes.read('wiki')).at(-1), 'kept');
    });

  it('follow no link, and make no folder where there is no state', async (context) => {
    const folder = await stateFolder(context);
    const elsewhere = join(folder, '..', 'elsewhere');
    await writeFile(elsewhere, 'mine');
    await symlink(elsewhere, join(folder, 'compared.wiki.ndjson'));
    const notes = createComparedNotes({ folder });
    await notes.append('wiki', 'one');
    assert.deepEqual([await notes.read('wiki'), await readFile(elsewhere, 'utf8')], [[], 'mine']);
    const nowhere = createComparedNotes({ folder: join(folder, 'nowhere') });
    await nowhere.append('wiki', 'one');
    assert.ok(!(await readdir(folder)).includes('nowhere'));
  });

  it('are gone once somebody was erased: they have keyed digests of whoever was compared', async (context) => {
    const folder = await stateFolder(context);
    await createComparedNotes({ folder }).append('wiki', 'one');
    const store = await openStateStore({ folder, clock });
    await store.erase(new Set(['somebody']));
    await store.close();
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('compared.')));
  });
});

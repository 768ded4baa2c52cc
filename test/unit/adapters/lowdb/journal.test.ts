import assert from 'node:assert/strict';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readJournal } from '../../../../src/adapters/lowdb/disk/journal.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../../../src/adapters/lowdb/open-view.ts';
import { clock, copyState, edit, failsWith, recordOf, recordsIn, temporaryFolder } from './fixture.ts';
import { acknowledgedMembers } from '../../../support/acknowledged-members.ts';

const open = (folder: string) => openStateStore({ folder, clock });

/** A state as a crash leaves it: an empty snapshot, and records 1 to 3 in the journal, a line each. */
async function aJournal(context: Pick<TestContext, 'after'>) {
  const live = await temporaryFolder(context);
  const folder = `${live}-crashed`;
  const store = await open(live);
  for (const number of [1, 2, 3]) await store.record(recordOf(number));
  await copyState(live, folder);
  await store.close();
  const path = join(folder, 'journal.ndjson');
  const whole = await readFile(path);
  const ends = [...whole].flatMap((byte, at) => (byte === 0x0a ? [at + 1] : []));
  return { folder, path, whole, ends };
}

describe('The journal', () => {
  it('cut off at any byte gives exactly the whole lines before, to the writer and to a reader', async (context) => {
    const { folder, path, whole, ends } = await aJournal(context);
    const [header = 0] = ends;
    for (let size = header; size <= whole.length; size += 1) {
      const nearEnd = ends.includes(size) || ends.includes(size + 1);
      if (size < (ends[2] ?? 0) && size % 7 !== 0 && !nearEnd) continue; // every byte of the last line, a sample before
      await writeFile(path, whole.subarray(0, size));
      const lines = ends.filter((end) => end <= size).length - 1;
      const expected = [1, 2, 3].slice(0, lines);
      assert.deepEqual(await recordsIn(await openStateView({ folder })), expected, `read at ${size}`);
      assert.equal((await stat(path)).size, size, 'a reader repairs nothing');
      if (size % 23 !== 0 && !nearEnd) continue; // opening for writing takes its time
      await rm(`${folder}-one`, { recursive: true, force: true });
      await copyState(folder, `${folder}-one`);
      const store = await open(`${folder}-one`);
      assert.deepEqual(await recordsIn(store), expected, `opened at ${size}`);
      await store.record(recordOf(lines + 1));
      await store.close();
      const again = await open(`${folder}-one`);
      assert.deepEqual(await recordsIn(again), [...expected, lines + 1], `went on at ${size}`);
      await again.close();
    }
  });

  it('ending in zeros or in rubbish is cut as well', async (context) => {
    const { folder, path, whole, ends } = await aJournal(context);
    const third = ends[2] ?? 0;
    const holed = Buffer.from(whole);
    holed.fill(0, third + 10, whole.length - 10);
    for (const bytes of [
      holed,
      Buffer.concat([whole.subarray(0, third), Buffer.alloc(5000)]),
      Buffer.concat([whole.subarray(0, third), Buffer.from('{}\n')]),
    ]) {
      await rm(`${folder}-one`, { recursive: true, force: true });
      await writeFile(path, bytes);
      await copyState(folder, `${folder}-one`);
      const store = await open(`${folder}-one`);
      assert.deepEqual(await recordsIn(store), [1, 2]);
      await store.close();
    }
  });

  it('with any bit flipped before its last line is refused', async (context) => {
    const { folder, path, whole, ends } = await aJournal(context);
    const lastLine = ends[2] ?? 0;
    for (let at = 0; at < lastLine; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, bytes);
      await assert.rejects(openStateView({ folder }), failsWith('D2S_STATE_DAMAGED', 'journal.ndjson'), `byte ${at}`);
    }
    await edit(path, (bytes) => Buffer.concat([bytes.subarray(0, ends[1]), bytes.subarray(ends[2])]));
    await assert.rejects(open(folder), failsWith('D2S_STATE_DAMAGED', 'journal.ndjson'));
    await writeFile(path, Buffer.concat([whole.subarray(0, ends[1]), whole.subarray(ends[2])]));
    await assert.rejects(open(folder), failsWith('D2S_STATE_DAMAGED', 'misses line 2'));
  });

  it('gives only the records after a serial', async (context) => {
    const { path } = await aJournal(context);
    const seen: unknown[] = [];
    const content = await readJournal(nodeFiles, path, 2, (changes) => seen.push(changes));
    assert.deepEqual(seen, [recordOf(3)]);
    assert.equal(content.last, 3);
  });

  it('holds lines that are larger than what is read at a time', async (context) => {
    const folder = await temporaryFolder(context);
    const store = await open(folder);
    const add = Array.from(
      { length: 100_000 },
      (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    );
    await store.record([{ kind: 'members', target: 'wiki', group: 'big', add, remove: [] }]);
    const view = await openStateView({ folder });
    assert.equal((await acknowledgedMembers(view, 'wiki', 'big')).length, 100_000);
    await store.close();
    const again = await openStateView({ folder });
    assert.equal((await acknowledgedMembers(again, 'wiki', 'big')).length, 100_000);
  });
});

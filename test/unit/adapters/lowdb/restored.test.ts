import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { unmanaged } from '../../../../src/core/model/link.ts';
import type { Opening, StateStore } from '../../../../src/ports/state-store.ts';
import { clock, copyState, edit, recordOf, recordsIn, temporaryFolder } from './fixture.ts';

interface Place {
  readonly folder: string;
  readonly openings: Opening[];
  readonly open: () => Promise<StateStore>;
}

async function place(context: Pick<TestContext, 'after'>): Promise<Place> {
  const parent = await temporaryFolder(context);
  await mkdir(parent, { recursive: true });
  const folder = join(parent, 'state');
  const openings: Opening[] = [];
  const open = (): Promise<StateStore> =>
    openStateStore({
      folder,
      clock,
      latestNote: `${folder}.latest`,
      onOpened: (opening) => void openings.push(opening),
    });
  return { folder, openings, open };
}

const link = {
  target: 'wiki',
  type: 'user',
  sourceId: 'a',
  directory: 'corp',
  targetId: '1',
  origin: 'created',
  lifecycle: 'active',
  attributes: { userName: 'digest' },
} as const;

describe('a state that was put back', () => {
  it('is noticed when an older copy of the folder takes its place, and goes by nothing that it cannot know', async (context) => {
    const { folder, openings, open } = await place(context);
    const first = await open();
    await first.record([{ kind: 'link', link }]);
    await first.close();
    await copyState(folder, `${folder}-backup`);
    const second = await open();
    await second.record(recordOf(2));
    await second.close();
    await rm(folder, { recursive: true });
    await copyState(`${folder}-backup`, folder);
    const third = await open();
    assert.deepEqual(
      openings.map(({ isNew, lost }) => [isNew, lost]),
      [
        [true, undefined],
        [false, undefined],
        [false, 'restored'],
      ],
    );
    const found = (await third.links('wiki', ['a'])).get('a');
    assert.deepEqual(found?.attributes, { userName: unmanaged, active: unmanaged });
    await third.close();
    await (await open()).close();
    assert.equal(openings.at(-1)?.lost, undefined, 'said once');
  });

  it('is not suspected after a crash, a move of the folder, or a first run in its place', async (context) => {
    const { folder, openings, open } = await place(context);
    const first = await open();
    await first.record(recordOf(1));
    await copyState(folder, `${folder}-crashed`);
    await first.close();
    await rm(folder, { recursive: true });
    await copyState(`${folder}-crashed`, folder);
    await (await open()).close();
    await rm(folder, { recursive: true });
    await (await open()).close();
    assert.deepEqual(
      openings.map(({ isNew, lost }) => [isNew, lost]),
      [
        [true, undefined],
        [false, undefined],
        [true, undefined],
      ],
    );
  });
});

describe('the end of a journal', () => {
  it('that is half a line is cut off and counted, and nothing is missing', async (context) => {
    const { folder, openings, open } = await place(context);
    const first = await open();
    await first.record(recordOf(1));
    await copyState(folder, `${folder}-crashed`);
    await first.close();
    await rm(folder, { recursive: true });
    await copyState(`${folder}-crashed`, folder);
    await appendFile(join(folder, 'journal.ndjson'), '{"serial":2,"rec');
    const store = await open();
    assert.deepEqual(openings.at(-1), { isNew: false, cut: { bytes: 16, lines: 1 }, lost: undefined });
    assert.deepEqual(await recordsIn(store), [1]);
    await store.close();
  });

  it('that holds several damaged lines is cut off, and what they said is looked for', async (context) => {
    const { folder, openings, open } = await place(context);
    const first = await open();
    for (const number of [1, 2, 3]) await first.record(recordOf(number));
    await copyState(folder, `${folder}-crashed`);
    await first.close();
    await rm(folder, { recursive: true });
    await copyState(`${folder}-crashed`, folder);
    await edit(join(folder, 'journal.ndjson'), (bytes) => {
      const [header = '', one = '', ...rest] = bytes.toString().trimEnd().split('\n');
      return Buffer.from(
        [header, one, ...rest.map((line) => line.replace('"serial"', '"serjal"'))].map((line) => `${line}\n`).join(''),
      );
    });
    const store = await open();
    assert.deepEqual([openings.at(-1)?.cut?.lines, openings.at(-1)?.lost], [2, 'damaged']);
    assert.deepEqual(await recordsIn(store), [1]);
    await store.close();
  });

  it('is noted in no file that somebody put a link to in its place', async (context) => {
    const { folder, open } = await place(context);
    const other = join(dirname(folder), 'other');
    await writeFile(other, 'of somebody else');
    await symlink(other, `${folder}.latest`);
    const store = await open();
    await store.record(recordOf(1));
    await store.close();
    assert.equal(await readFile(other, 'utf8'), 'of somebody else');
  });
});

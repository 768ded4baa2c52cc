import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GroupCommit } from '../../../../src/adapters/lowdb/shared/group-commit.ts';
import { nodeFiles } from '../../../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../../../src/adapters/lowdb/open-store.ts';
import { failingFiles } from '../../../support/failing-files.ts';
import { clock, recordOf, recordsIn, temporaryFolder } from './fixture.ts';

const nothing = () => Promise.resolve();

describe('Group commit', () => {
  it('lets all records that arrive during a sync share the next one', async (context) => {
    const folder = await temporaryFolder(context);
    const files = failingFiles(nodeFiles, () => undefined);
    const store = await openStateStore({ folder, files, clock });
    const syncs = (): number => files.operations.filter((one) => one === 'sync journal.ndjson').length;
    const before = syncs();
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < 2000) await store.record(recordOf(next++));
    };
    await Promise.all(Array.from({ length: 50 }, caller));
    const used = syncs() - before;
    assert.ok(used <= 2000 / 25, `${used} syncs for 2000 records`);
    assert.equal((await recordsIn(store, 2100)).length, 2000);
    await store.close();
  });

  it('takes all records of one turn into the first commit', async () => {
    const sizes: number[] = [];
    const commits = new GroupCommit((texts) => {
      sizes.push(texts.length);
      return Promise.resolve();
    }, nothing);
    await Promise.all([commits.add('a'), commits.add('b'), commits.add('c')]);
    assert.deepEqual(sizes, [3]);
  });

  it('acknowledges each record with its own commit, however many come after it', async () => {
    const committed: string[] = [];
    let more = 100;
    const commits = new GroupCommit(async (texts) => {
      await Promise.resolve();
      committed.push(...texts);
      if (more-- > 0) void commits.add('later');
    }, nothing);
    await commits.add('first');
    assert.ok(committed.length < 5, 'not after all the later ones');
    await commits.idle();
    assert.equal(committed.length, 101);
  });

  it('rejects exactly the group whose commit failed', async () => {
    const groups: (readonly string[])[] = [];
    const commits = new GroupCommit((texts) => {
      groups.push(texts);
      return groups.length === 2 ? Promise.reject(new Error('full')) : Promise.resolve();
    }, nothing);
    const first = commits.add('a');
    await Promise.resolve(); // the first commit has begun
    const results = await Promise.allSettled([first, commits.add('b'), commits.add('c')]);
    assert.deepEqual(
      results.map((one) => one.status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    await commits.add('d');
    assert.deepEqual(groups, [['a'], ['b', 'c'], ['d']]);
  });

  it('splits what would make one enormous line, in order', async () => {
    const sizes: number[] = [];
    const order: string[] = [];
    const commits = new GroupCommit((texts) => {
      sizes.push(texts.length);
      order.push(...texts.map((text) => text.slice(0, 1)));
      return Promise.resolve();
    }, nothing);
    const long = (first: string, length: number): string => first.padEnd(length, '.');
    await Promise.all([
      commits.add(long('a', 2_000_000)),
      commits.add(long('b', 600_000)),
      commits.add(long('c', 600_000)),
      commits.add('d'),
    ]);
    assert.deepEqual(order, ['a', 'b', 'c', 'd']);
    assert.deepEqual(sizes, [1, 1, 2]);
  });
});

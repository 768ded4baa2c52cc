import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { StateStore } from '../../src/ports/state-store.ts';
import { linkOf, user } from '../support/plan-input.ts';
import type { StateFixture } from './state-store.ts';
import { besides } from '../support/besides.ts';

/** What a state must remember of the names of entries, so that a value that nothing keeps in order still means somebody. */
export function stateNamesContract(name: string, makeFixture: () => Promise<StateFixture>): void {
  describe(`${name} as a state store that remembers names`, () => {
    let fixture: StateFixture;
    let store: StateStore;
    before(async () => {
      fixture = await makeFixture();
      store = await fixture.open();
    });
    after(() => fixture.dispose());

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await fixture.open();
    };
    const stray = async (directory: string, ...seen: string[]) => {
      const ids = await besides(store, seen, (marks) => marks.unmarkedNames(directory));
      return ids.sort();
    };

    it('knows nobody before names were noted', async () => {
      assert.deepEqual(
        [await store.names('corp', ['a']), await store.named('corp', ['x']), await stray('corp')],
        [new Map(), new Map(), []],
      );
    });

    it('tells the names of entries, and who has or had a name, for each directory apart', async () => {
      await store.record([
        {
          kind: 'names',
          directory: 'corp',
          names: [
            ['a', ['x2', 'x1']],
            ['b', ['y']],
          ],
        },
        { kind: 'names', directory: 'lab', names: [['c', ['x1']]] },
      ]);
      const known = async () => [
        await store.names('corp', ['a', 'b', 'c']),
        await store.named('corp', ['x1', 'x2', 'z']),
        await store.named('lab', ['x1']),
      ];
      const expected = [
        new Map([
          ['a', ['x2', 'x1']],
          ['b', ['y']],
        ]),
        new Map([
          ['x1', ['a']],
          ['x2', ['a']],
        ]),
        new Map([['x1', ['c']]]),
      ];
      assert.deepEqual(await known(), expected);
      await reopen();
      assert.deepEqual(await known(), expected);
    });

    it('takes new ones in place of those before, and forgets whoever has none', async () => {
      await store.record([
        {
          kind: 'names',
          directory: 'corp',
          names: [
            ['a', ['x3', 'y']],
            ['b', ['y', 'x3']],
          ],
        },
      ]);
      assert.deepEqual(
        [...(await store.named('corp', ['x1', 'x3', 'y']))].map(([one, ids]) => [one, [...ids].sort()]),
        [
          ['x3', ['a', 'b']],
          ['y', ['a', 'b']],
        ],
      );
      await store.record([{ kind: 'names', directory: 'corp', names: [['b', []]] }]);
      await reopen();
      assert.deepEqual(
        await store.named('corp', ['x3', 'y']),
        new Map([
          ['x3', ['a']],
          ['y', ['a']],
        ]),
      );
      assert.deepEqual([await stray('corp'), await stray('corp', 'a'), await stray('lab', 'a')], [['a'], [], ['c']]);
    });

    it('gives up the names of nobody who is linked', async () => {
      const link = linkOf(user('a'), { target: 'wiki' });
      await store.record([{ kind: 'link', link }]);
      await reopen();
      assert.deepEqual(await stray('corp'), []);
      await store.record([{ kind: 'unlink', target: 'wiki', sourceId: 'a' }]);
      assert.deepEqual(await stray('corp'), ['a']);
    });
  });
}

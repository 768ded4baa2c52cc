import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { StateStore } from '../../src/ports/state-store.ts';
import { besides } from '../support/besides.ts';
import { aLink, aQuarantine, type StateFixture } from './state-store.ts';

/** What a state must do to tell whom it knows besides those whom a reading shows. Every test works on targets of its own. */
export function stateMarksContract(name: string, makeFixture: () => Promise<StateFixture>): void {
  describe(`${name} as a state store with marks`, () => {
    let fixture: StateFixture;
    let store: StateStore;
    before(async () => {
      fixture = await makeFixture();
      store = await fixture.open();
    });
    after(() => fixture.dispose());

    const unmarked = async (target: string, directories: string[], seen: string[]): Promise<string[]> => {
      const links = await besides(store, seen, (marks) => marks.unmarkedLinks(target, new Set(directories)));
      return links.map(({ sourceId }) => sourceId).sort();
    };
    const walked = async (target: string, ...directories: string[]): Promise<string[][]> => {
      const batches: string[][] = [];
      for await (const batch of store.linksFrom(target, new Set(directories)))
        batches.push(batch.map(({ sourceId }) => sourceId));
      return batches;
    };
    const many = Array.from({ length: 2500 }, (_, index) => `id-${String(index).padStart(4, '0')}`);

    it('knows nobody of a target that was never recorded', async () => {
      assert.deepEqual([await unmarked('none', ['corp'], []), await walked('none', 'corp')], [[], []]);
    });

    it('finds whoever has no mark, by directory, in batches', async () => {
      const target = 'unmarked';
      await store.record(many.map((id) => ({ kind: 'link', link: aLink(id, { target }) })));
      await store.record([{ kind: 'link', link: aLink('other', { target, directory: 'lab' }) }]);
      assert.deepEqual(await unmarked(target, ['corp'], many.slice(1)), many.slice(0, 1));
      assert.deepEqual(await unmarked(target, ['corp'], []), many);
      assert.deepEqual(await unmarked(target, ['corp', 'lab'], many), ['other']);
      assert.deepEqual(await unmarked(target, [], []), []);
      const marks = await store.openMarks();
      let batches = 0;
      for await (const batch of marks.unmarkedLinks(target, new Set(['corp']))) batches += Math.min(batch.length, 1);
      await marks.close();
      assert.ok(batches > 1, 'not all in one');
    });

    it('takes marks in batches, an entry more than once, and somebody whom it does not know', async () => {
      const target = 'marking';
      await store.record(['a', 'b', 'c', 'd'].map((id) => ({ kind: 'link', link: aLink(id, { target }) })));
      const marks = await store.openMarks();
      const left = async () => {
        const ids: string[] = [];
        for await (const batch of marks.unmarkedLinks(target, new Set(['corp'])))
          for (const { sourceId } of batch) ids.push(sourceId);
        return ids.sort();
      };
      await marks.mark(['a', 'nobody']);
      assert.deepEqual(await left(), ['b', 'c', 'd']);
      await marks.mark([]);
      await marks.mark(['a', 'c']);
      assert.deepEqual(await left(), ['b', 'd']);
      await store.record([{ kind: 'link', link: aLink('e', { target }) }]);
      assert.deepEqual(await left(), ['b', 'd', 'e'], 'who was recorded since is asked for as well');
      await marks.close();
    });

    it('keeps marks apart that are open at the same time', async () => {
      const target = 'apart';
      await store.record(['a', 'b'].map((id) => ({ kind: 'link', link: aLink(id, { target }) })));
      const one = await store.openMarks();
      await one.mark(['a']);
      assert.deepEqual(await unmarked(target, ['corp'], ['b']), ['a']);
      await one.close();
      assert.deepEqual(await unmarked(target, ['corp'], []), ['a', 'b'], 'and closed ones are gone');
    });

    it('walks through all links of some directories in batches', async () => {
      const target = 'walk';
      await store.record(many.map((id) => ({ kind: 'link', link: aLink(id, { target }) })));
      await store.record([{ kind: 'link', link: aLink('other', { target, directory: 'lab' }) }]);
      const batches = await walked(target, 'corp');
      assert.ok(batches.length > 1, 'not all in one');
      assert.deepEqual(batches.flat().sort(), many);
      assert.deepEqual((await walked(target, 'lab')).flat(), ['other']);
      assert.deepEqual((await walked(target, 'corp', 'lab')).flat().length, many.length + 1);
      assert.deepEqual(await walked(target), []);
    });

    it('lets links be recorded while it goes through those without a mark', async () => {
      const target = 'while-walking';
      await store.record(['a', 'b', 'c'].map((id) => ({ kind: 'link', link: aLink(id, { target }) })));
      const found: string[] = [];
      const marks = await store.openMarks();
      await marks.mark(['b']);
      for await (const batch of marks.unmarkedLinks(target, new Set(['corp']))) {
        for (const link of batch) {
          found.push(link.sourceId);
          await store.record([
            { kind: 'unlink', target, sourceId: link.sourceId },
            { kind: 'link', link: aLink(`${link.sourceId}-new`, { target }) },
          ]);
        }
      }
      await marks.close();
      assert.deepEqual(found.sort(), ['a', 'c']);
    });

    it('names those in quarantine who have no mark, of one target', async () => {
      const target = 'marked-quarantine';
      await store.record(
        ['a', 'b', 'c'].map((id) => ({ kind: 'quarantine', quarantine: aQuarantine(id, { target }) }) as const),
      );
      await store.record([{ kind: 'quarantine', quarantine: aQuarantine('d', { target: 'another' }) }]);
      const left = await besides(store, ['b'], (marks) => marks.unmarkedQuarantine(target));
      assert.deepEqual(left.toSorted(), ['a', 'c']);
    });

    it('names those whose names were noted and whom nobody has, without a mark or a link', async () => {
      const directory = 'marked-names';
      await store.record([
        { kind: 'names', directory, names: ['seen', 'gone', 'linked'].map((id) => [id, [`name of ${id}`]] as const) },
        { kind: 'link', link: aLink('linked', { target: 'marked-names', directory }) },
      ]);
      assert.deepEqual(await besides(store, ['seen'], (marks) => marks.unmarkedNames(directory)), ['gone']);
      assert.deepEqual(await besides(store, [], (marks) => marks.unmarkedNames('another')), []);
    });
  });
}

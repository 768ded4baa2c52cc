import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EntryMap } from '../support/entry-map.ts';
import type { Entry, SourceId } from '../../src/core/model/entry.ts';
import type { CompleteReading } from '../../src/core/model/reading.ts';
import { latestStamps } from '../../src/core/planning/latest-stamps.ts';
import { entry } from '../support/entries.ts';

const stamps = fc.constantFrom(
  undefined,
  ...Array.from({ length: 30 }, (_, at) => `modifytimestamp=${100 + at}`),
  'entrycsn=7',
);

const change = fc.record({
  put: fc.array(fc.record({ id: fc.nat(19), stamp: stamps }), { maxLength: 3 }),
  gone: fc.array(fc.nat(19), { maxLength: 2 }),
});

const stamped = (id: number, stamp: string | undefined): Entry => ({ ...entry(`e${id}`, {}), stamp });

const reading = (entries: Iterable<Entry>, before?: CompleteReading['change']): CompleteReading => ({
  kind: 'complete',
  directory: 'corp',
  entries: new EntryMap(entries),
  change: before,
});

describe('the entries that changed last', () => {
  it('are the same, told from the reading before and what changed, as from everybody', () => {
    fc.assert(
      fc.property(fc.array(stamps, { maxLength: 16 }), fc.array(change, { maxLength: 12 }), (first, changes) => {
        const entries = new Map<SourceId, Entry>(first.map((stamp, id) => [`e${id}`, stamped(id, stamp)]));
        let last = reading(entries.values());
        latestStamps(last);
        for (const { put, gone } of changes) {
          const news = new Map(put.map(({ id, stamp }) => [`e${id}`, stamped(id, stamp)]));
          const left = gone.map((id) => `e${id}`).filter((id) => !news.has(id));
          for (const id of left) entries.delete(id);
          for (const [id, one] of news) entries.set(id, one);
          last = reading(entries.values(), { before: new WeakRef(last), entries: [...news.values()], gone: left });
          const [revised, whole] = [latestStamps(last), latestStamps(reading(entries.values()))];
          const texts = ({ latest, greatest }: typeof whole) => ({
            latest: latest.map(({ stamp }) => stamp),
            greatest: new Map([...greatest].map(([name, { stamp }]) => [name, stamp])),
          });
          assert.deepEqual(texts(revised), texts(whole));
          for (const { id, stamp } of revised.latest) assert.equal(entries.get(id)?.stamp, stamp);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { packChange, PathLists, unpackChange } from '../../src/adapters/lowdb/disk/journal-links.ts';
import type { StateChange } from '../../src/ports/state-change.ts';
import { aLink } from '../contract/state-store.ts';

const value = fc.oneof(fc.string(), fc.constantFrom('-', '~', '?', '', ' ', 'q83vEjRWeJCrze8SNFZ4kA'));
const change = fc
  .record({
    kind: fc.constantFrom('link' as const, 'relink' as const),
    origin: fc.constantFrom('created' as const, 'adopted' as const),
    lifecycle: fc.constantFrom('active' as const, 'deactivated' as const, 'lost' as const),
    marksEmpty: fc.constantFrom(true as const, undefined),
    attributes: fc.dictionary(fc.oneof(fc.constantFrom('title', '__proto__', '1'), fc.string()), value),
  })
  .map(({ kind, ...rest }): StateChange => {
    const link = aLink('a', rest);
    return kind === 'link' ? { kind, link } : { kind, from: 'b', link };
  });

const asText = (one: unknown): unknown => JSON.parse(JSON.stringify(one));

it('a link in the journal is the same when it is read, with its paths in their order, and nothing where none explains them', () => {
  fc.assert(
    fc.property(change, (one) => {
      const lists = new PathLists();
      const packed = asText(packChange(one, lists));
      const read = unpackChange(packed, (number) => lists.at(number));
      assert.deepEqual(asText(read), asText(one));
      assert.ok(typeof read === 'object' && read !== null && 'link' in read && 'link' in one);
      assert.deepEqual(Object.keys((read.link as typeof one.link).attributes), Object.keys(one.link.attributes));
      if (JSON.stringify(packed) !== JSON.stringify(one) && lists.at(0) !== undefined)
        assert.equal(
          unpackChange(packed, () => undefined),
          undefined,
        );
    }),
  );
});

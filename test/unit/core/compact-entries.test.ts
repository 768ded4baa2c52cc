import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createCompactor } from '../../../src/core/directory/compact-entries.ts';
import { entry } from '../../support/entries.ts';

const names = ['title', 'mail', 'l', 'title;lang-de', 'photo'];
const value = fc.oneof(fc.constantFrom('Oslo', 'Bergen'), fc.string(), fc.uint8Array({ maxLength: 3 }));
const attributes = fc.dictionary(fc.constantFrom(...names), fc.array(value, { minLength: 1, maxLength: 3 }));

describe('compact entries', () => {
  it('say what the entries say of which they were made', () => {
    fc.assert(
      fc.property(fc.array(attributes, { maxLength: 6 }), (all) => {
        const compact = createCompactor();
        for (const [at, own] of all.entries()) {
          const made = entry(`e${at}`, own, { type: at % 3 === 0 ? 'group' : 'user' });
          const { attributes: now, ...rest } = compact(made);
          const { attributes: before, ...same } = made;
          const sorted = <T>(pairs: Iterable<[string, T]>) => [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
          assert.deepEqual([rest, now.size, sorted(now)], [same, before.size, sorted(before)]);
          for (const name of [...names, 'none'])
            assert.deepEqual([now.get(name), now.has(name)], [before.get(name), before.has(name)]);
          assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort());
        }
      }),
    );
  });

  it('stay the same objects, and keep what has too many names as it is', () => {
    const compact = createCompactor();
    const ann = compact(entry('ann', { mail: 'ann@x' }));
    assert.equal(compact(ann), ann);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`a${at}`, 'x']));
    assert.equal(compact(entry('many', many)).attributes.size, 300);
    assert.deepEqual(compact(entry('ben', { mail: 'ben@x' })).attributes.get('mail'), ['ben@x']);
  });
});

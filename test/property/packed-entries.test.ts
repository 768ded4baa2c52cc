import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import type { Entry, SourceId } from '../../src/core/model/entry.ts';

const text = fc.oneof(
  fc.constantFrom('Oslo', 'Bergen', '', ' ', 'ou=x', ',', '\\,', '\uFEFFa', 'a,ou=b\\,c,dc=d'),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  // Halves of surrogate pairs alone.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 5 }).map((codes) => String.fromCharCode(...codes)),
  fc.tuple(fc.string(), fc.constantFrom('ou=a,dc=corp', 'ou=é,dc=corp', 'dc=corp')).map((parts) => parts.join(',')),
  fc.integer({ min: 60, max: 70_000 }).map((length) => 'x'.repeat(length)),
);
const value = fc.oneof(text, fc.uint8Array({ maxLength: 300 }));
const name = fc.oneof(fc.constantFrom('cn', 'title', 'title;lang-de', 'member'), fc.string({ maxLength: 9 }));
const attributes = fc.uniqueArray(fc.tuple(name, fc.array(value, { minLength: 1, maxLength: 5 })), {
  selector: ([key]) => key,
  maxLength: 8,
});
const id = fc.oneof(
  fc.uuid(),
  fc.uuid().map((one) => one.toUpperCase()),
  fc.constantFrom('anna', 'ben', '00000000-0000-4000-8000-00000000000g', ''),
  fc.string({ maxLength: 40 }),
);
const entry: fc.Arbitrary<Entry> = fc.record({
  id,
  directory: fc.constantFrom('corp', 'branch'),
  type: fc.constantFrom('user', 'group'),
  dn: text,
  attributes: attributes.map((pairs) => new Map(pairs)),
  hidden: fc.option(
    fc.array(name, { maxLength: 3 }).map((names) => new Set(names)),
    { nil: undefined },
  ),
  unreadable: fc.constantFrom(true as const, undefined),
  stamp: fc.option(text, { nil: undefined }),
  modified: fc.option(text, { nil: undefined }),
});
const byId = { selector: (one: Entry) => one.id, maxLength: 12 };

/** With everything in the order in which it is given. */
function plain({ attributes: own, hidden, ...rest }: Entry): unknown {
  for (const [key, values] of own) assert.deepEqual(own.get(key), values);
  return { ...rest, attributes: [...own], size: own.size, hidden: hidden === undefined ? undefined : [...hidden] };
}

const inOrder = (entries: Iterable<Entry>): Entry[] =>
  [...entries].sort((a, b) =>
    a.type !== b.type ? (a.type === 'user' ? -1 : 1) : a.id < b.id ? -1 : a.id > b.id ? 1 : 0,
  );

function check(cache: DirectoryCache, model: ReadonlyMap<SourceId, Entry>): void {
  const { known } = cache;
  const expected = inOrder(model.values());
  assert.deepEqual([...known].map(plain), expected.map(plain));
  assert.deepEqual(
    [...known.ids()],
    expected.map((one) => one.id),
  );
  assert.equal(known.length, expected.length);
  for (const [at, one] of expected.entries()) {
    assert.deepEqual(plain(known.get(one.id) ?? assert.fail(one.id)), plain(one));
    assert.deepEqual(plain(known.at(at) ?? assert.fail(one.id)), plain(one));
  }
  assert.deepEqual([known.has('nobody at all'), known.get('nobody at all')], [false, undefined]);
  assert.deepEqual(
    [...known.unreadable()],
    expected.filter(({ unreadable }) => unreadable === true).map((one) => one.id),
  );
}

describe('packed entries', () => {
  it('are what was put in: every value, their order, options, bytes, what is hidden, stamps', () => {
    fc.assert(
      fc.property(fc.uniqueArray(entry, byId), (entries) => {
        const cache = new DirectoryCache();
        cache.update({ kind: 'complete', directory: 'corp', entries });
        check(cache, new Map(entries.map((one) => [one.id, one])));
      }),
      { numRuns: 300 },
    );
  });

  it('follow changes, and those that somebody still looks at stay as they were', () => {
    const round = fc.record({
      isComplete: fc.nat({ max: 4 }).map((chance) => chance === 0),
      entries: fc.uniqueArray(entry, byId),
      changed: fc.array(fc.nat({ max: 30 }), { maxLength: 6 }),
      gone: fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(round, { maxLength: 8 }), (rounds) => {
        const cache = new DirectoryCache();
        cache.update({ kind: 'complete', directory: 'corp', entries: [] });
        const model = new Map<SourceId, Entry>();
        for (const { isComplete, entries, changed, gone } of rounds) {
          const before = cache.known;
          const shown = [...before].map(plain);
          if (isComplete) model.clear();
          const ids = [...model.keys()];
          const lost = gone.flatMap((at) => ids[at] ?? []);
          // Some become another type, some are as they were.
          const others = changed
            .flatMap((at) => model.get(ids[at] ?? '') ?? [])
            .map((one): Entry => ({ ...one, type: one.dn.length % 2 === 0 ? 'user' : 'group' }));
          for (const one of lost) model.delete(one);
          const all = new Map([...others, ...entries].map((one) => [one.id, one]));
          for (const one of all.values()) model.set(one.id, one);
          cache.update(
            isComplete
              ? { kind: 'complete', directory: 'corp', entries: all.values() }
              : { kind: 'delta', directory: 'corp', entries: all.values(), gone: lost },
          );
          check(cache, model);
          assert.deepEqual([...before].map(plain), shown);
        }
      }),
      { numRuns: 200 },
    );
  });
});

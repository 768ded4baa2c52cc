import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { IdRows } from '../../src/adapters/lowdb/memory/id-rows.ts';
import { LinkTable } from '../../src/adapters/lowdb/memory/link-table.ts';
import { LinkWords } from '../../src/adapters/lowdb/memory/link-words.ts';
import { holdsValue, type Link } from '../../src/core/model/link.ts';
import { forgetContent } from '../../src/core/planning/link-paths.ts';

const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.uuid(), fc.constantFrom('-', '~', '?', ''));
const digest = fc.nat(20).map((value) => createHash('sha256').update(`${value}`).digest().subarray(0, 16));
/** What is as long as a digest, and is none: base64url has other characters, and a last one that says less. */
const nearDigest = fc.constantFrom('AAAAAAAAAAAAAAAAAAAAAB', 'AAAAAAAAAAAAAAAAAAAA+/', 'AAAAAAAAAAAAAAAAAAAAA=');
const value = fc.oneof(
  anyText,
  nearDigest,
  digest.map((bytes) => bytes.toString('base64url')),
);
const time = fc.oneof(
  fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-11-01', '1960-01-01T00:00:00.000Z', '+010000-01-01T00:00:00.000Z', 'then'),
);
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const anyLink: fc.Arbitrary<Link> = fc.record({
  target: fc.constant('app'),
  type: fc.constantFrom('user' as const, 'group' as const),
  sourceId: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.uuid(), anyText),
  directory: fc.constantFrom('corp', 'lab', ''),
  targetId: anyText,
  origin: fc.constantFrom('created' as const, 'adopted' as const),
  lifecycle: fc.constantFrom('active' as const, 'deactivated' as const, 'lost' as const),
  attributes: fc.dictionary(fc.oneof(fc.constantFrom('title', 'active', '__proto__', '1'), fc.string()), value),
  leftDisabled: some(fc.constant(true as const)),
  marksEmpty: some(fc.constant(true as const)),
  departedAt: some(time),
  createdAt: some(time),
  unsettled: some(fc.array(anyText, { maxLength: 3 })),
  unstored: some(fc.array(anyText, { maxLength: 3 })),
  lookalike: some(anyText),
  heir: some(anyText),
  version: some(anyText),
});

/** As it is after a restart: what is not said has no key. */
const plain = (link: Link): unknown => JSON.parse(JSON.stringify(link));

describe('Links as bytes', () => {
  it('give back exactly what was put in, forgotten content included', () => {
    fc.assert(
      fc.property(fc.array(anyLink, { minLength: 1, maxLength: 8 }), anyText, (links, path) => {
        const { ids, table } = aTable();
        const kept = new Map<string, Link>();
        for (const link of links) {
          table.put(ids.of(link.sourceId), link);
          kept.set(link.sourceId, link);
        }
        const check = (): void => {
          for (const [id, link] of kept) assert.deepEqual(plain(table.get(ids.find(id), 'app') ?? link), plain(link));
          for (const one of [path, 'title', 'active']) {
            const holders = [...kept.values()].filter((link) => link.type === 'user' && holdsValue(link, one));
            assert.equal(table.holders('user', one), holders.length, one);
          }
        };
        check();
        table.forgetContent();
        for (const [id, link] of kept) kept.set(id, forgetContent(link));
        check();
      }),
    );
  });

  it('show what there was to whoever began to go through them before it was replaced a hundred times', () => {
    const { ids, table } = aTable();
    const linkOf = (id: number, version: number): Link => ({
      target: 'app',
      type: 'user',
      sourceId: `${id}`,
      directory: 'corp',
      targetId: `${id} ${version}`,
      origin: 'created',
      lifecycle: 'active',
      attributes: { title: `${version}`.repeat(200) },
    });
    const count = 300;
    const putAll = (version: number): void => {
      for (let id = 0; id < count; id += 1)
        if (version === 0 || id % 3 > 0) table.put(ids.of(`${id}`), linkOf(id, version));
    };
    putAll(0);
    const before = table.view('app');
    const first = before.next();
    for (let version = 1; version <= 100; version += 1) putAll(version);
    const shown = [...(first.done === true ? [] : [first.value]), ...before].map((link) => link?.targetId);
    assert.deepEqual(
      shown,
      Array.from({ length: count }, (_, id) => `${id} 0`),
    );
    assert.deepEqual(
      [...table.view('app')].map((link) => link?.targetId),
      Array.from({ length: count }, (_, id) => `${id} ${id % 3 > 0 ? 100 : 0}`),
    );
    assert.equal(table.size, count);
  });

  it('hold one that is larger than the room for thousands of others', () => {
    const { ids, table } = aTable();
    const unsettled = Array.from({ length: 100_000 }, (_, at) => `somebody ${at}`);
    const link: Link = {
      target: 'app',
      type: 'group',
      sourceId: 'large',
      directory: 'corp',
      targetId: '1',
      origin: 'created',
      lifecycle: 'active',
      attributes: { displayName: 'x' },
      unsettled,
    };
    const row = ids.of('large');
    table.put(row, link);
    table.put(ids.of('small'), { ...link, sourceId: 'small', unsettled: undefined });
    assert.deepEqual(table.get(row, 'app'), link);
    table.put(row, { ...link, targetId: '2' });
    assert.deepEqual(table.get(row, 'app'), { ...link, targetId: '2' });
    assert.equal(table.get(ids.find('small'), 'app')?.targetId, '1');
  });
});

function aTable(): { readonly ids: IdRows; readonly table: LinkTable } {
  const ids = new IdRows();
  return { ids, table: new LinkTable({ ids, words: new LinkWords() }) };
}

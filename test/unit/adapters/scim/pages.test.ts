import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rfc7644 } from '../../../../src/core/dialect/rfc7644.ts';
import type { ListDialect } from '../../../../src/core/dialect/dialect.ts';
import type { List } from '../../../../src/adapters/scim/answers/list.ts';
import { walkPages } from '../../../../src/adapters/scim/read/pages.ts';

type Ask = Parameters<typeof walkPages>[0];

const list: ListDialect = { ...rfc7644.list, pageSize: 10 };
const page = (from: number, to: number, more: Partial<List> = {}): List => ({
  status: 200,
  resources: Array.from({ length: Math.max(0, to - from) }, (_, at) => ({
    id: String(from + at),
    active: true,
    body: {},
  })),
  unusable: [],
  total: undefined,
  nextCursor: undefined,
  ...more,
});
const parameter = (place: readonly string[], name: string): string | undefined =>
  place.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

/** So many resources by index, in pages of at most that size; deaf to cursors. */
const byIndex =
  (count: number, limit: number): Ask =>
  (place) => {
    const start = Number(parameter(place, 'startIndex') ?? 1) - 1;
    return Promise.resolve(
      page(start, Math.min(count, start + Math.min(limit, Number(parameter(place, 'count')))), { total: count }),
    );
  };
const byCursor =
  (count: number, limit: number, rest: Partial<List> = {}): Ask =>
  (place) => {
    const start = Number(parameter(place, 'cursor') ?? 0);
    const end = Math.min(count, start + limit);
    return Promise.resolve(page(start, end, { ...(end < count ? { nextCursor: String(end) } : {}), ...rest }));
  };
const sizeOf = async (ask: Ask, dialect: Partial<ListDialect> = {}, budget = 1000): Promise<number | undefined> => {
  const ids = new Set<string>();
  const { result } = await walkPages(ask, { ...list, ...dialect }, budget, ({ resources }) => {
    for (const { id } of resources) ids.add(id);
    return Promise.resolve(true);
  });
  return result === 'whole' ? ids.size : undefined;
};

describe('a walk through pages', () => {
  it('brings everybody, by index or by cursor, whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 25 }), async (count, limit) => {
        assert.equal(await sizeOf(byIndex(count, limit)), count);
        assert.equal(await sizeOf(byCursor(count, limit), { paging: 'cursor' }), count);
        assert.equal(await sizeOf(byCursor(count, limit, { total: count })), count);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on by index where the target is deaf to cursors', async () => {
    assert.equal(await sizeOf(byIndex(35, 10), { paging: 'cursor' }), 35);
  });

  it('does not believe what does not add up', async () => {
    assert.equal(await sizeOf(byCursor(20, 10, { total: 25 })), undefined);
    assert.equal(await sizeOf(() => Promise.resolve(page(0, 10, { total: 25 }))), undefined); // always the same page
    assert.equal(
      await sizeOf(() => Promise.resolve(page(0, 10, { nextCursor: 'x' })), { paging: 'cursor' }),
      undefined,
    );
    assert.equal(await sizeOf(() => Promise.resolve(page(0, 0, { total: 5 }))), undefined);
    assert.equal(await sizeOf(() => Promise.resolve(page(0, 10))), undefined); // no total, by index
  });

  it('takes an empty page with a cursor for no end', async () => {
    const pages = [page(0, 0, { nextCursor: 'a' }), page(0, 3, { nextCursor: 'b' }), page(3, 3)];
    assert.equal(await sizeOf(() => Promise.resolve(pages.shift() ?? page(0, 0)), { paging: 'cursor' }), 3);
  });

  it('ends where it would take more requests than it is worth', async () => {
    let asked = 0;
    const counting =
      (ask: Ask): Ask =>
      (place) => {
        asked += 1;
        return ask(place);
      };
    assert.equal(await sizeOf(counting(byIndex(1000, 10)), {}, 20), undefined);
    assert.equal(asked, 1);
  });

  it('ends where whoever takes the pages has no room for another one', async () => {
    let taken = 0;
    const { result, requests } = await walkPages(byIndex(100_000, 1000), { ...list, pageSize: 1000 }, 1000, () =>
      Promise.resolve((taken += 1) <= 30),
    );
    assert.deepEqual({ result, requests }, { result: 'partial', requests: 31 });
  });
});

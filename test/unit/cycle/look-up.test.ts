import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createShares } from '../../../src/core/memory/shares.ts';
import type { Resource } from '../../../src/core/model/resource.ts';
import { lookUpEach } from '../../../src/cycle/match/look-up.ts';

const resources = Array.from({ length: 100 }, (_, at): Resource => ({
  sourceId: `id-${at}`,
  directory: 'corp',
  type: 'user',
  label: `user-${at}`,
  attributes: new Map(),
  createOnly: new Map(),
  members: [],
}));

describe('looking each of them up', () => {
  it('ends when there is no memory for more, and the next cycle goes on', async () => {
    const shares = createShares({ total: 50, each: 20 });
    const [kept, others] = [shares.open(), shares.open()];
    assert.equal(others.take(50), true);
    const memory = { kept, sizeOf: () => 1 };
    const { findings, last } = await lookUpEach(
      resources,
      () => Promise.resolve('found'),
      memory,
      1,
      new AbortController().signal,
    );
    assert.equal(findings.size, 21);
    assert.match(last?.detail ?? '', /as much as is kept at once/);
    kept.release();
    others.release();
    const rest = resources.filter(({ sourceId }) => !findings.has(sourceId));
    const next = await lookUpEach(rest, () => Promise.resolve('found'), memory, 1, new AbortController().signal);
    assert.equal(next.findings.size, 51);
  });
});

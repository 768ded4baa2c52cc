import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DirectoryCache } from '../../../src/core/directory/directory-cache.ts';
import { entry } from '../../support/entries.ts';

const [ann, bo, newBo, cy] = [
  entry('ann', { cn: 'Ann' }),
  entry('bo', { cn: 'Bo' }),
  entry('bo', { cn: 'Beau' }),
  entry('cy', { cn: 'Cy' }),
];
const complete = { kind: 'complete', directory: 'corp', entries: [ann, bo], watermark: '1' } as const;

function pictureOf(...readings: Parameters<DirectoryCache['update']>[0][]): DirectoryCache {
  const directoryCache = new DirectoryCache();
  for (const reading of readings) directoryCache.update(reading);
  return directoryCache;
}

function shownBy({ reading }: DirectoryCache): string[] {
  return [...(reading?.entries ?? [])].map(({ id, attributes }) => `${id} ${String(attributes.get('cn'))}`);
}

describe('a directory cache', () => {
  it('is nothing before a complete reading, and cannot be made of a delta alone', () => {
    assert.deepEqual([pictureOf().reading, pictureOf().watermark], [undefined, undefined]);
  });

  it('takes in who came, who changed and who is gone', () => {
    const directoryCache = pictureOf(complete, {
      kind: 'delta',
      directory: 'corp',
      entries: [newBo, cy],
      gone: ['ann'],
      watermark: '2',
    });
    assert.deepEqual(shownBy(directoryCache), ['bo Beau', 'cy Cy']);
    assert.deepEqual([directoryCache.watermark, directoryCache.counts], ['2', { user: 2, group: 0 }]);
  });

  it('shows the same reading for as long as nothing changes, with the newer watermark', () => {
    const directoryCache = pictureOf(complete);
    const before = directoryCache.reading;
    directoryCache.update({ kind: 'delta', directory: 'corp', entries: [], gone: [], watermark: '2' });
    assert.equal(directoryCache.reading, before);
    assert.equal(directoryCache.watermark, '2');
  });

  it('forgets whoever a complete reading does not show', () => {
    assert.deepEqual(shownBy(pictureOf(complete, { ...complete, entries: [cy] })), ['cy Cy']);
  });

  it('gives up what came of readings that failed', () => {
    const directoryCache = pictureOf(complete);
    const begun = process.memoryUsage().arrayBuffers;
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const intake = directoryCache.intake();
      for (let at = 0; at < 100; at += 1) intake.add(entry(`p${at}`, { cn: `${attempt} ${'x'.repeat(10_000)}` }));
    }
    const kept = process.memoryUsage().arrayBuffers - begun;
    assert.ok(kept < 100_000_000, `${kept} bytes`); // of 200 MB that were packed; what is dropped waits for the collector
    assert.deepEqual(shownBy(directoryCache), ['ann Ann', 'bo Bo']);
    const intake = directoryCache.intake();
    intake.add(cy);
    directoryCache.update({ kind: 'delta', directory: 'corp', entries: intake, gone: ['ann'], watermark: '2' });
    assert.deepEqual(shownBy(directoryCache), ['bo Bo', 'cy Cy']);
  });

  it('gives up what is not needed any more, and who still looks at it sees it as it was', async () => {
    const people = (round: number) =>
      Array.from({ length: 100 }, (_, at) =>
        entry(`p${String(at).padStart(3, '0')}`, { cn: `${round} ${'x'.repeat(10_000)}` }),
      );
    const directoryCache = pictureOf({ ...complete, entries: people(0) });
    const first = directoryCache.reading;
    const begun = process.memoryUsage().arrayBuffers;
    for (let round = 1; round <= 200; round += 1) {
      directoryCache.update({ kind: 'delta', directory: 'corp', entries: people(round), gone: [], watermark: '2' });
      // What a WeakRef was made of lives until the turn ends.
      await new Promise(setImmediate);
    }
    const kept = process.memoryUsage().arrayBuffers - begun;
    assert.ok(kept < 100_000_000, `${kept} bytes`);
    const shown = (reading: typeof first): Set<string> =>
      new Set([...(reading?.entries ?? [])].map(({ attributes }) => String(attributes.get('cn')).split(' ')[0] ?? ''));
    assert.deepEqual([[...shown(first)], [...shown(directoryCache.reading)]], [['0'], ['200']]);
    assert.equal(directoryCache.counts.user, 100);
  });

  describe('of which data it is', () => {
    const of = (server: string, counters: Record<string, string>) => ({
      server,
      has: counters,
      shows: counters,
      tellsAll: true,
    });
    const first = { ...complete, version: of('one', { 'csn dc=x 000': '4', 'csn dc=x 001': '9', 'usn a': '5' }) };
    const after = (version: ReturnType<typeof of>) =>
      pictureOf(first, { kind: 'delta', directory: 'corp', entries: [newBo], gone: [], version }).reading?.version?.has;

    it('keeps counters that a server does not name again', () => {
      assert.deepEqual(after(of('one', { 'replicated b': '3' })), { ...first.version.has, 'replicated b': '3' });
    });

    it('does not take what another server, or one that was restored, no longer names for what it has', () => {
      assert.deepEqual(after(of('two', { 'csn dc=x 000': '4' })), { 'csn dc=x 000': '4' });
      assert.deepEqual(after(of('one', { 'csn dc=x 000': '4' })), { 'csn dc=x 000': '4', 'usn a': '5' });
    });
  });
});

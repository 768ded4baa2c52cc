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

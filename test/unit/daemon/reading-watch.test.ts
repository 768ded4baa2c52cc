import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReadingWatch } from '../../../src/daemon/reading-watch.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function watched() {
  const clock = fakeClock();
  const told: CycleEvent[] = [];
  const remembered: string[] = [];
  const observe = createReadingWatch({
    clock,
    tell: (event) => void told.push(event),
    remember: (directory, since) => {
      remembered.push(`${directory} ${since}`);
      return Promise.resolve();
    },
  });
  return { clock, told, remembered, observe };
}

describe('a reading that takes long', () => {
  it('is told again and again, and noted once, until it ends', async () => {
    const { clock, told, remembered, observe } = watched();
    observe({ kind: 'reading_started', directory: 'corp' });
    await clock.advance(29_000);
    assert.deepEqual(told, []);
    observe({ kind: 'entries_read', directory: 'corp', entries: 1_000 });
    await clock.advance(61_000);
    const still = {
      kind: 'still_reading',
      directory: 'corp',
      since: '2026-01-05T08:00:00.000Z',
      entries: 1_000,
    } as const;
    assert.deepEqual(told, [still, still, still]);
    assert.deepEqual(remembered, ['corp 2026-01-05T08:00:00.000Z']);
    observe({ kind: 'directory_failed', directory: 'corp', code: 'D2S_DIRECTORY_UNREACHABLE', message: '' });
    await clock.advance(120_000);
    assert.equal(told.length, 3);
    assert.equal(clock.sleeping(), 0);
  });

  it('is one of its own for each directory', async () => {
    const { clock, told, observe } = watched();
    observe({ kind: 'reading_started', directory: 'corp' });
    observe({ kind: 'reading_started', directory: 'branch' });
    observe({ kind: 'directory_read', directory: 'corp', verdict: 'complete', users: 1, groups: 0, milliseconds: 1 });
    await clock.advance(30_000);
    assert.deepEqual(
      told.map((event) => 'directory' in event && event.directory),
      ['branch'],
    );
  });
});

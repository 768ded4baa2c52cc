import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuthBackOff, type AuthBackOff } from '../../../src/daemon/auth-back-off.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function refuse(backOff: AuthBackOff, directory = 'corp', code = 'D2S_DIRECTORY_AUTH'): void {
  backOff.observer({ kind: 'directory_failed', directory, code, message: 'refused' });
}

describe('back-off after a refused password', () => {
  it('doubles the rest from one minute to fifteen, and stays there', async () => {
    const clock = fakeClock();
    const backOff = createAuthBackOff(clock);
    const minutes: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      assert.equal(backOff.rest('corp'), 0);
      refuse(backOff);
      minutes.push(backOff.rest('corp') / 60_000);
      await clock.advance(backOff.rest('corp'));
    }
    assert.deepEqual(minutes, [1, 2, 4, 8, 15, 15]);
  });

  it('concerns one directory, refused passwords alone, and no wall clock', async () => {
    const clock = fakeClock();
    const backOff = createAuthBackOff(clock);
    refuse(backOff);
    refuse(backOff, 'lab', 'D2S_DIRECTORY_UNREACHABLE');
    assert.equal(backOff.rest('lab'), 0);
    clock.jumpWallClock(86_400_000);
    await clock.advance(1_000);
    assert.equal(backOff.rest('corp'), 59_000);
  });

  it('ends with a reading, and begins anew after it', () => {
    const backOff = createAuthBackOff(fakeClock());
    refuse(backOff);
    refuse(backOff);
    backOff.observer({
      kind: 'directory_read',
      directory: 'corp',
      verdict: 'complete',
      users: 1,
      groups: 0,
      milliseconds: 1,
    });
    assert.equal(backOff.rest('corp'), 0);
    refuse(backOff);
    assert.equal(backOff.rest('corp'), 60_000);
  });
});

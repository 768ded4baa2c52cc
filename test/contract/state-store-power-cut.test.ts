import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StateFiles } from '../../src/adapters/lowdb/shared/files.ts';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { failingFiles } from '../support/failing-files.ts';
import { clock, liveThrough, survives } from '../unit/adapters/lowdb/fixture.ts';
import { VolatileDisk, type Chance } from '../support/volatile-disk.ts';

const folder = '/state';
const opener =
  (files: StateFiles) =>
  (compactAfter?: number): Promise<StateStore> =>
    openStateStore({ folder, files, clock, compactAfter });

describe('The embedded state when the power goes', () => {
  it('keeps every acknowledged record, whatever unsynced part of the disk survives, at every operation', async () => {
    const rehearsal = failingFiles(new VolatileDisk().files(), () => undefined);
    await liveThrough(opener(rehearsal), () => undefined);
    const operations = rehearsal.operations.length;
    assert.ok(operations > 50);
    for (let at = 1; at <= operations; at += 1) {
      for (let seed = 1; seed <= 5; seed += 1) {
        const disk = new VolatileDisk();
        const acknowledged = new Set<number>();
        await new Promise<void>((resolve, reject) => {
          const files = failingFiles(disk.files(), (number) => {
            if (number < at) return undefined;
            resolve();
            return { kind: 'stop', moment: number === at && seed % 2 === 0 ? 'halfway' : 'before' };
          });
          liveThrough(opener(files), (number) => acknowledged.add(number)).then(resolve, reject);
        });
        const found = disk.afterPowerCut(generator(at * 1000 + seed));
        const doing = `power cut at operation ${at} (${rehearsal.operations[at - 1] ?? ''}), seed ${seed}`;
        await survives(opener(found.files()), acknowledged).catch((error: unknown) => {
          throw new Error(doing, { cause: error });
        });
      }
    }
  });
});

/** Numbers in [0, 1) from a seed (the minimal standard generator of Park and Miller). */
function generator(seed: number): Chance {
  let state = (seed * 7919) % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

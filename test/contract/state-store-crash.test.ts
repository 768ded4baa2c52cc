import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { nodeFiles } from '../../src/adapters/lowdb/shared/node-files.ts';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { failingFiles, type Moment } from '../support/failing-files.ts';
import { clock, liveThrough, survives, temporaryFolder } from '../unit/adapters/lowdb/fixture.ts';

const child = join(import.meta.dirname, 'state-store-crash-child.ts');

describe('The embedded state when its process is killed', () => {
  it('keeps every acknowledged record and nothing half, at every file operation of a life', async (context) => {
    const folder = await temporaryFolder(context);
    const rehearsal = failingFiles(nodeFiles, () => undefined);
    await liveThrough(
      (compactAfter) => openStateStore({ folder: join(folder, 'rehearsal'), files: rehearsal, clock, compactAfter }),
      () => undefined,
    );
    // Right after one operation is right before the next, and a kill (unlike a power cut) loses nothing unsynced.
    const ends = rehearsal.operations.flatMap((operation, index) => {
      const at = index + 1;
      if (/^(sync|syncFolder|restrict) /.test(operation)) return [];
      const before: [number, Moment][] = [[at, 'before']];
      return operation.startsWith('write ') ? [...before, [at, 'halfway'] as [number, Moment]] : before;
    });
    ends.push([rehearsal.operations.length, 'after']);
    const next = ends.entries();
    const worker = async (): Promise<void> => {
      for (const [number, [at, moment]] of next) {
        const place = join(folder, String(number));
        const acknowledged = await liveUntil(place, `${at}:${moment}`);
        await survives(() => openStateStore({ folder: place, clock }), acknowledged).catch((error: unknown) => {
          throw new Error(`killed ${moment} operation ${at} (${rehearsal.operations[at - 1] ?? ''})`, { cause: error });
        });
      }
    };
    await Promise.all([worker(), worker()]);
  });
});

/** Runs a life in a process of its own, which kills itself; gives the records that were acknowledged until then. */
async function liveUntil(folder: string, killAt: string): Promise<ReadonlySet<number>> {
  const running = spawn(process.execPath, [child, folder, killAt], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(running.stdout), once(running, 'exit')]);
  assert.equal(running.signalCode, 'SIGKILL', `ended at ${killAt}`);
  return new Set(
    output
      .split('\n')
      .filter((line) => line !== '')
      .map(Number),
  );
}

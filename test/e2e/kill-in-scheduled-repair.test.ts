import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { moments } from '../support/failing-files.ts';
import { startProgram } from '../support/program.ts';
import { until } from '../support/until.ts';
import { disturb } from './support/by-hand.ts';
import { logOf } from './support/commands.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { syncHere } from './support/in-process.ts';
import { killingMain } from './support/killed-sync.ts';
import { office } from './support/people.ts';
import { forEachOnSite } from './support/repeated-site.ts';
import { shapeOf } from './support/shape.ts';
import { childEnvironment, createSite, type Site } from './support/site.ts';

/*
 * A daemon compares by schedule, and puts right what others changed. It is killed at operations on its state's files
 * that are spread over all of that; then another one starts, and everything has to become as it should be.
 */

const sections = daemonSections.replace('poll: 300ms', 'poll: 300ms, verify: 500ms');

async function disturbedSite(): Promise<Site> {
  const site = await createSite({ company: office, sections, target: '    drift: repair' });
  assert.equal((await syncHere(site.config)).code, 0);
  await disturb(site);
  return site;
}

/** What the target is like when nobody disturbs the repair. */
async function undisturbed(): Promise<unknown> {
  await using site = await disturbedSite();
  await using daemon = await startDaemon(site);
  await until('nothing differs', () => isRight(daemon.log));
  return shapeOf(site.target);
}

/** A comparison by schedule found nothing, after a cycle put it right. */
function isRight(log: readonly Record<string, unknown>[]): boolean {
  return log.some(({ event, level }) => event === 'verified' && level === 'info');
}

describe('the daemon, killed at any write of a comparison by schedule and its repair', () => {
  it('comes to the same after the restart', { timeout: 280_000 }, async (test) => {
    const shape = await undisturbed();
    const numbers = Array.from({ length: 15 }, (_, index) => 3 * index + 1);
    const cases = numbers.map((at, index) => `${at}:${moments[index % 3] ?? ''}`);
    let killed = 0;
    await forEachOnSite(cases, 2, disturbedSite, async (site, at) => {
      const environment = { ...childEnvironment, KILL_AT: at };
      const dying = await startProgram([site.config, 'run'], environment, killingMain);
      const log: Record<string, unknown>[] = [];
      dying.onLine((line) => {
        if (line.startsWith('{')) log.push(JSON.parse(line) as Record<string, unknown>);
      });
      const died = dying.ended.then(() => 'died' as const);
      const right = until('nothing differs', () => isRight(log)).then(() => 'right' as const);
      const end = await Promise.race([died, right.catch(() => died)]);
      if (end === 'died') killed += 1;
      else await dying.stop('SIGKILL');
      await using daemon = await startDaemon(site);
      await until(`${at}: nothing differs`, () => isRight(daemon.log));
      await daemon.moreCycles(1);
      daemon.kill('SIGTERM');
      await daemon.ended;
      assert.deepEqual(shapeOf(site.target), shape, at);
      assert.deepEqual(site.target.violations, [], at);
      const { flaws } = await logOf(site);
      assert.deepEqual(flaws, [], at);
    });
    test.diagnostic(`${killed} of ${cases.length} were killed before they were done`);
    assert.ok(killed >= cases.length / 2, `${killed} were killed`);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { beforeEverything, beforeFirstLoad, checkConverged } from './support/journey.ts';
import { startSync } from './support/killed-sync.ts';
import { forEachOnSite } from './support/repeated-site.ts';
import { shapeOf } from './support/shape.ts';
import type { Site } from './support/site.ts';

interface Undisturbed {
  readonly requests: number;
  readonly shape: unknown;
}

async function undisturbed(make: () => Promise<Site>): Promise<Undisturbed> {
  await using site = await make();
  const { code, stderr } = await (await startSync(site)).ended;
  assert.equal(code, 0, stderr);
  return { requests: site.target.requests.length, shape: shapeOf(site.target) };
}

/** Runs a sync whose target kills it at its nth request, before or after it took effect. False when there was none. */
async function syncKilledByTarget(site: Site, at: number, applied: boolean): Promise<boolean> {
  const sync = Promise.withResolvers<{ readonly pid: number }>();
  let count = 0;
  site.target.setFaults({
    before: async () => {
      count += 1;
      if (count < at) return undefined;
      // The server carries out the request, or not, and its client is gone before any answer.
      if (count === at) process.kill((await sync.promise).pid, 'SIGKILL');
      return { kind: 'cut', applied: applied && count === at };
    },
  });
  const child = await startSync(site);
  sync.resolve(child);
  const { code, signal, stderr } = await child.ended;
  assert.ok(signal === 'SIGKILL' || code === 0, stderr);
  site.target.setFaults({});
  return signal === 'SIGKILL';
}

describe('a sync that is killed at any of its requests', () => {
  for (const [what, make] of [
    ['a first load', () => beforeFirstLoad('auto')],
    ['a sync that does everything', () => beforeEverything('auto')],
  ] as const) {
    it(`converges after its restart: ${what}`, { timeout: 300_000 }, async (test) => {
      const { requests, shape } = await undisturbed(make);
      test.diagnostic(`${requests} requests, before and after they took effect`);
      assert.ok(requests > 8);
      const cases = Array.from({ length: requests }, (_, at) =>
        [false, true].map((applied) => ({ at: at + 1, applied })),
      ).flat();
      await forEachOnSite(cases, 2, make, async (site, { at, applied }) => {
        const name = `request ${at}, ${applied ? 'applied' : 'not applied'}`;
        assert.ok(await syncKilledByTarget(site, at, applied), `${name} did not come`);
        await checkConverged(site, shape, name);
      });
    });
  }
});

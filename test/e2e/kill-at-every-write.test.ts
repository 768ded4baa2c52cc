import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { moments } from '../support/failing-files.ts';
import { crashSync } from './support/crashing-files.ts';
import { beforeEverything, beforeFirstLoad, checkConverged, checkUndisturbed } from './support/journey.ts';
import { syncKilledAt } from './support/killed-sync.ts';
import { forEachOnSite } from './support/repeated-site.ts';
import { shapeOf } from './support/shape.ts';
import { ground, type Site } from './support/site.ts';

/*
 * Every operation on the state's files × every moment is tried inside this process, where the files stop answering;
 * a share of them again with children that really are killed, side by side and with requests side by side too. All of
 * them with children would take many minutes.
 */
const journeys = [
  ['a first load', beforeFirstLoad, () => undefined],
  ['a sync that does everything', beforeEverything, checkUndisturbed],
] as const;

/** Children in each journey, spread evenly. */
const children = 20;

interface Undisturbed {
  readonly operations: number;
  readonly shape: unknown;
}

async function undisturbed(make: () => Promise<Site>, check: (site: Site) => void): Promise<Undisturbed> {
  await using site = await make();
  const { code, stderr } = await syncKilledAt(site);
  assert.equal(code, 0, stderr);
  check(site);
  return { operations: Number(/operations: (\d+)/.exec(stderr)?.[1]), shape: shapeOf(site.target) };
}

describe('a sync that ends at any write of its state', () => {
  let graveyard: string;
  before(async () => {
    graveyard = await mkdtemp(join(ground, 'dir2scim-e2e-dead-'));
  });
  after(() => rm(graveyard, { recursive: true }));
  for (const [what, make, check] of journeys) {
    it(`converges after its restart, wherever it was: ${what}`, { timeout: 400_000 }, async (test) => {
      const goal = await undisturbed(() => make(1), check);
      test.diagnostic(`${goal.operations} operations × ${moments.length} moments`);
      assert.ok(goal.operations > 40);
      const cases = Array.from({ length: goal.operations }, (_, index) =>
        moments.map((moment) => ({ at: index + 1, moment })),
      ).flat();
      await forEachOnSite(
        cases,
        4, // most of the time of each is spent waiting
        () => make(1),
        async (site, { at, moment }) => {
          assert.ok(await crashSync(site, at, moment, graveyard), `${at}:${moment} did not come`);
          await checkConverged(site, goal.shape, `${at}:${moment}`);
        },
      );
    });

    it(`converges when the process is killed: ${what}`, { timeout: 300_000 }, async () => {
      const goal = await undisturbed(() => make('auto'), check);
      const step = goal.operations / children;
      const cases = Array.from(
        { length: children },
        (_, index) => `${Math.floor(index * step) + 1}:${moments[index % 3] ?? ''}`,
      );
      let killed = 0;
      await forEachOnSite(
        cases,
        2,
        () => make('auto'),
        async (site, at) => {
          const { code, signal, stderr } = await syncKilledAt(site, at);
          assert.ok(signal === 'SIGKILL' || code === 0, `${at}: ${stderr}`);
          if (signal === 'SIGKILL') killed += 1;
          await checkConverged(site, goal.shape, at);
        },
      );
      // Requests side by side share writes, so that there may be a few fewer.
      assert.ok(killed > children / 2, `only ${killed} were killed`);
    });
  }
});

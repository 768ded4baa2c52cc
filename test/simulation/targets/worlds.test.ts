import { describe, it } from 'node:test';
import { live } from './live.ts';
import { vendorPlots } from './vendors.ts';
import { createPlots } from './worlds.ts';

/** One world alone, to look at what happens there. `npm run simulate` lives through many more. */
const only = process.env['SIMULATION_SEED'];
const worlds = 30;

const plotFor = await createPlots();

describe('whole cycles against servers like those of vendors', async () => {
  for (const plot of await vendorPlots()) {
    it(`converge with ${plot.name} when nothing goes wrong`, () =>
      live({ ...plot, seed: 1 }, 'node --test test/simulation/targets/worlds.test.ts'));
  }
});

describe('whole cycles against servers with several faults at once', () => {
  const seeds = only === undefined ? Array.from({ length: worlds }, (_, at) => at + 1) : [Number(only)];
  for (const seed of seeds) {
    const plot = plotFor(seed);
    it(`converge in world ${seed}`, () =>
      live(plot, `SIMULATION_SEED=${seed} node --test test/simulation/targets/worlds.test.ts`));
  }
});

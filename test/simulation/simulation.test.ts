import { describe, it } from 'node:test';
import { live } from './live.ts';

/** One world alone, to look at what happens there. `npm run simulate` lives through many more. */
const only = process.env['SIMULATION_SEED'];
const worlds = 500;

describe('whole cycles, simulated', () => {
  const seeds = only === undefined ? Array.from({ length: worlds }, (_, at) => at + 1) : [Number(only)];

  it(`converge in the worlds of ${seeds.length === 1 ? `seed ${only ?? ''}` : `seeds 1 to ${worlds}`}, and never do harm on the way`, async () => {
    for (const seed of seeds) await live(seed);
  });
});

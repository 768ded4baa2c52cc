import { describe, it } from 'node:test';
import { live } from './live.ts';

const only = process.env['SIMULATION_SEED'];
const worlds = Number(process.env['SIMULATION_WORLDS'] ?? 40);

describe('what administrators do, simulated', () => {
  const seeds = only === undefined ? Array.from({ length: worlds }, (_, at) => at + 1) : [Number(only)];

  it(`takes nothing away that is wanted, and is logged, in the worlds of ${only === undefined ? `seeds 1 to ${worlds}` : `seed ${only}`}`, async () => {
    for (const seed of seeds) await live(seed);
  });
});

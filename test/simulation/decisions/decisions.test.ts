import { describe, it } from 'node:test';
import { live } from './live.ts';

const only = process.env['SIMULATION_SEED'];
const worlds = Number(process.env['SIMULATION_WORLDS'] ?? 120);

describe('decisions about two targets, simulated', () => {
  const seeds = only === undefined ? Array.from({ length: worlds }, (_, at) => at + 1) : [Number(only)];

  it(`count for what they were given, in the worlds of ${only === undefined ? `seeds 1 to ${worlds}` : `seed ${only}`}`, async () => {
    for (const seed of seeds) await live(seed);
  });
});

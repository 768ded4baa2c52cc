import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { behaviourCases, missingCases } from './behaviours.ts';
import { live } from './live.ts';

const seed = Number(process.env['SIMULATION_SEED'] ?? 1);
const only = process.env['SIMULATION_CASE'];

describe('whole cycles against every behaviour of the simulator', () => {
  it('leave none of them out', () => {
    assert.deepEqual(missingCases(), []);
  });

  for (const plot of behaviourCases()) {
    if (only !== undefined && !plot.name.includes(only)) continue;
    it(`converge where ${plot.name}`, async () => {
      await live(
        { ...plot, seed },
        `SIMULATION_SEED=${seed} SIMULATION_CASE='${plot.name}' node --test test/simulation/targets/behaviours.test.ts`,
      );
    });
  }
});

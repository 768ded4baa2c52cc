import { describe, it } from 'node:test';
import { differencesOf } from '../../support/scim-server/behaviour.ts';
import { live } from './live.ts';
import { scriptNames } from './scripted-faults.ts';
import { switches } from './scripts.ts';

const seed = Number(process.env['SIMULATION_SEED'] ?? 1);
const only = process.env['SIMULATION_CASE'];
const replay = (name: string): string =>
  `SIMULATION_SEED=${seed} SIMULATION_CASE='${name}' node --test test/simulation/targets/faults.test.ts`;

describe('whole cycles before a server on which things go wrong', () => {
  for (const name of scriptNames()) {
    if (only !== undefined && !name.includes(only)) continue;
    it(`converge after ${name}`, async () => {
      await live({ name, seed, behaviour: [], scripts: [name] }, replay(name));
    });
  }

  for (const [name, values] of Object.entries(switches)) {
    for (const value of values) {
      const said = `${name} = ${String(value)}`;
      if (only !== undefined && !said.includes(only)) continue;
      it(`converge after ${said}`, async () => {
        await live({ name: said, seed, behaviour: [], illness: [differencesOf({ [name]: value })] }, replay(said));
      });
    }
  }
});

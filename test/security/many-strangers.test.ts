import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { TypeScope } from '../../src/core/mapping/definition.ts';
import { cycleStage, person, team } from '../support/cycle-stage.ts';

import { longestTurn } from '../support/longest-turn.ts';

/** Whoever may write a group may put names into it that nobody has, as many as they like: nobody else waits for that. */

const many = 100_000;
const people = ['ada', 'ben', 'cleo'];
const strangers = Array.from({ length: many }, (_, at) => `Nobody ${at}`);

const scopes: Readonly<Record<string, Partial<TypeScope>>> = {
  'a group that is written': {},
  'a group by which the scope goes': { memberOf: ['CN=crew,OU=Groups,DC=corp'] },
};

describe('a group with very many members whom nobody knows', () => {
  for (const [what, scope] of Object.entries(scopes))
    for (const nested of ['flatten', 'direct'] as const)
      it(`${what} (${nested}) keeps nobody waiting, whoever else comes or goes`, async () => {
        const stage = cycleStage([
          ...people.map((id) => person(id)),
          team('crew', [...people, ...strangers]),
          team('all', ['crew']),
        ]);
        const setup = {
          ...stage.setup,
          definition: {
            ...stage.setup.definition,
            nested,
            scope: { ...stage.setup.definition.scope, user: { ...stage.setup.definition.scope.user, ...scope } },
          },
        };
        const prepare = () => Promise.resolve(setup);
        let round = 0;
        const longest = await longestTurn(async () => {
          stage.source.put(person(`newcomer-${(round += 1)}`));
          const { report } = await stage.cycle({ clock: systemClock(), prepare });
          assert.equal(report.result, 'success');
          assert.ok((report.unresolved?.members ?? 0) >= many);
          stage.source.remove(`newcomer-${round}`);
          await stage.cycle({ clock: systemClock(), prepare });
        });
        assert.ok(longest < 100, `${Math.round(longest)} ms`);
      });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { TargetDefinition } from '../../src/core/mapping/definition.ts';
import { cycleStage, person, team } from '../support/cycle-stage.ts';
import { compiled, definition } from '../support/entries.ts';
import { longestTurn } from '../support/longest-turn.ts';

/** Whoever may write a group may put names into it that nobody has, as many as they like: nobody else waits for that. */

const many = 100_000;
const people = ['ada', 'ben', 'cleo'];
const strangers = Array.from({ length: many }, (_, at) => `Nobody ${at}`);

const crew = 'CN=crew,OU=Groups,DC=corp';
const asked = `memberOf("${crew}")`;

const targets: Readonly<Record<string, (definition: TargetDefinition) => Partial<TargetDefinition>>> = {
  'a group that is written': () => ({}),
  'a group by which the scope goes': ({ scope }) => ({
    scope: { ...scope, user: { ...scope.user, memberOf: [crew] } },
  }),
  'a group that a condition asks for': ({ scope }) => ({
    scope: { ...scope, user: { ...scope.user, where: compiled(asked, 'bool') } },
  }),
  'a group that a map asks for': () => ({
    maps: definition({ users: { userName: 'lower(mail)', title: `${asked} ? "crew" : null` } }).maps,
  }),
};

describe('a group with very many members whom nobody knows', () => {
  for (const [what, change] of Object.entries(targets))
    for (const nested of ['flatten', 'direct'] as const)
      it(`${what} (${nested}) keeps nobody waiting, whoever else comes or goes`, async () => {
        const stage = cycleStage([
          ...people.map((id) => person(id)),
          team('crew', [...people, ...strangers]),
          team('all', ['crew']),
        ]);
        const setup = {
          ...stage.setup,
          definition: { ...stage.setup.definition, nested, ...change(stage.setup.definition) },
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

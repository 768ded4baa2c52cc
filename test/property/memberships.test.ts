import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Memberships } from '../../src/adapters/lowdb/memory/memberships.ts';
import { countOwn, strangerId } from '../../src/core/model/stranger.ts';

const groups = ['g0', 'g1', 'g2'];
const everybody = ['a', 'b', 'c', 'd', strangerId('x'), strangerId('y'), ...groups];
const group = fc.constantFrom(...groups);
const some = fc.uniqueArray(fc.constantFrom(...everybody), { maxLength: 4 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('change'), group, add: some, remove: some }),
  fc.record({ kind: fc.constant('end'), id: fc.constantFrom(...everybody) }),
  fc
    .record({ kind: fc.constant('hand over'), from: group, to: fc.constantFrom('a', ...groups) })
    .filter(({ from, to }) => from !== to),
);

it('memberships are what a set for each group would hold, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const memberships = new Memberships();
      let model = new Map<string, Set<string>>();
      for (const one of steps) {
        if ('group' in one) {
          memberships.change(one.group, one.add, one.remove);
          model.set(
            one.group,
            (model.get(one.group) ?? new Set()).difference(new Set(one.remove)).union(new Set(one.add)),
          );
        } else if ('id' in one) {
          memberships.end(one.id);
          model = withoutSomebody(model, one.id);
        } else {
          memberships.handOver(one.from, one.to);
          const before = withoutSomebody(model, one.to);
          const pass = (id: string): string => (id === one.from ? one.to : id);
          model = new Map([...before].map(([id, members]) => [pass(id), new Set([...members].map(pass))]));
        }
        for (const [id, members] of model) if (members.size === 0) model.delete(id);
      }
      assert.deepEqual(new Map([...memberships].map(([id, members]) => [id, new Set(members)])), model);
      for (const id of everybody) {
        assert.deepEqual(new Set(memberships.of(id)), model.get(id) ?? new Set());
        const holding = [...model].flatMap(([one, members]) => (members.has(id) ? [one] : []));
        assert.deepEqual(memberships.groupsOf(id).sort(), holding.sort());
      }
      const counts = [...model.values()].map(countOwn);
      assert.deepEqual(memberships.totals, {
        members: counts.reduce((sum, count) => sum + count, 0),
        groups: counts.filter((count) => count > 0).length,
      });
    }),
  );
});

function withoutSomebody(model: ReadonlyMap<string, Set<string>>, id: string): Map<string, Set<string>> {
  const left = [...model].filter(([one]) => one !== id);
  return new Map(left.map(([one, members]) => [one, members.difference(new Set([id]))]));
}

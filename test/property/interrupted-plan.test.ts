import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { empty } from '../../src/core/model/link.ts';
import type { Hold, Operation, TallyKind } from '../../src/core/model/plan.ts';
import { buildPlan, guard } from '../support/in-one-go.ts';
import type { GuardInput, Measured, Population, Standing } from '../../src/core/planning/guard-input.ts';
import { partsOf } from '../../src/core/planning/guard-parts.ts';
import { partContext } from '../../src/core/planning/part-context.ts';
import type { PlanInput } from '../../src/core/planning/plan-input.ts';
import type { GuardLimits } from '../../src/core/planning/policy.ts';
import type { Tally } from '../../src/core/planning/tally.ts';
import { createRemovalRecords } from '../../src/cycle/shared/removal-records.ts';
import { guardInput } from '../support/operations.ts';
import { applyPlan } from './plan-model.ts';
import { situations } from './plan-situations.ts';

const limit = fc.record({ percent: fc.constantFrom(0, 20, 50, 100), atLeast: fc.constantFrom(0, 1, 3) });
const limits: fc.Arbitrary<GuardLimits> = fc.record({
  removals: limit,
  members: limit,
  memberships: limit,
  updates: limit,
  clears: limit,
  reactivations: limit,
  adoptions: limit,
  creations: limit,
  relinks: limit,
});

function populationIn({ links, members }: PlanInput): Population {
  const those = [...links.values()];
  const count = (type: string, lifecycle: string) =>
    those.filter((link) => link.type === type && link.lifecycle === lifecycle).length;
  return {
    active: { user: count('user', 'active'), group: count('group', 'active') },
    deactivated: { user: count('user', 'deactivated'), group: count('group', 'deactivated') },
    memberships: [...members.values()].reduce((sum, { size }) => sum + size, 0),
    groupsWithMembers: [...members.values()].filter(({ size }) => size > 0).length,
    holders: (type, path) =>
      those.filter((link) => link.type === type && ![undefined, empty].includes(link.attributes[path])).length,
  };
}

function judged(situation: PlanInput, operations: readonly Operation[], rest: Partial<GuardInput>): GuardInput {
  const { links, members } = situation;
  return guardInput(operations, { links, members, population: populationIn(situation), ...rest });
}

/** As they are recorded operation by operation. */
function recordsOf(done: readonly Operation[], { operations, links, members }: GuardInput): Tally[] {
  const counted = { target: 'wiki', context: partContext(operations, links, members), approved: [], established: true };
  const removalsOf = createRemovalRecords(counted, { now: () => 0 });
  return done
    .flatMap((operation) => removalsOf(operation, operation.verb === 'members' ? operation.remove : []))
    .flatMap((change) => (change.kind === 'removal' ? [change.removal] : []));
}

function standingOf(hold: Hold | undefined): Standing {
  const measured = (hold?.findings ?? []).flatMap(
    ({ kind, type, evidence, sourceId: group, path, before }): Measured[] =>
      before === undefined ? [] : [{ kind: kind as TallyKind, type, evidence, group, path, before }],
  );
  return { measured, firstRun: new Set() };
}

/** Everything of operations that can be held for itself, one text each. */
function partsIn(
  operations: readonly Operation[],
  { links, members, operations: all }: GuardInput,
  only = false,
): string[] {
  const context = partContext(all, links, members);
  return operations
    .flatMap((operation) => partsOf(operation, context))
    .filter((part) => !only || part.isConsequence)
    .map(
      (part) =>
        `${part.kind} ${part.sourceId} ${'member' in part ? part.member : 'change' in part ? part.change.path : ''}`,
    );
}

describe('a plan that stops in the middle', () => {
  it('has nothing of its rest held that was not held before: its rest is measured as the whole was', () => {
    fc.assert(
      fc.property(situations, limits, fc.nat(30), (situation, limitsOf, at) => {
        const planned = buildPlan(situation);
        const first = judged(situation, planned.operations, { limits: limitsOf });
        const { proceed, hold, begun } = guard(first);
        const done = [...proceed].sort((a, b) => a.stage - b.stage).slice(0, at);
        // Whoever refers to somebody who is held waits in the push: nothing of them is done.
        fc.pre(!hold?.operations.some(({ verb }) => verb === 'create' || verb === 'adopt'));
        fc.pre(done.length > 0 && done.length < proceed.length);
        const later = applyPlan(situation, { ...planned, operations: done });
        const recent = recordsOf(done, first);
        const second = judged(later, buildPlan(later).operations, {
          limits: limitsOf,
          recent,
          begun,
          standing: standingOf(hold),
        });
        const before = new Set(partsIn(hold?.operations ?? [], first));
        const after = partsIn(guard(second).hold?.operations ?? [], second);
        // Whoever became a member of a group by what was done leaves it with a removal that was held before.
        const promised = new Set(partsIn(proceed, first));
        assert.deepEqual(
          after.filter((one) => promised.has(one) && !before.has(one)),
          [],
        );
        const following = new Set(partsIn(guard(second).hold?.operations ?? [], second, true));
        assert.deepEqual(
          after.filter((one) => !before.has(one) && !following.has(one)),
          [],
        );
      }),
      { numRuns: 3_000 },
    );
  });
});

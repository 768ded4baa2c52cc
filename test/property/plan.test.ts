import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../../src/core/model/plan.ts';
import type { Reading } from '../../src/core/model/reading.ts';
import { buildPlan } from '../../src/core/planning/build-plan.ts';
import { findDepartures } from '../../src/core/planning/departures.ts';
import { guard } from '../../src/core/planning/guard.ts';
import { divideDecided, stillWanted, without } from '../../src/core/planning/decided.ts';
import { partContext } from '../../src/core/planning/guard-parts.ts';
import { heldOperation } from '../../src/core/planning/held-operation.ts';
import { holdId, planId } from '../../src/core/planning/plan-id.ts';
import { guardInput, sha256 } from '../support/operations.ts';
import { inShort } from '../support/plan-input.ts';
import { applyPlan } from './plan-model.ts';
import { situations } from './plan-situations.ts';

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

describe('plan', () => {
  it('has nothing left to do once it was carried out', () => {
    fc.assert(
      fc.property(situations, (input) => {
        const first = buildPlan(input);
        const rest = buildPlan(applyPlan(input, first));
        assert.deepEqual([inShort(rest.operations), rest.remembered, rest.forgotten], [[], [], []]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('touches nobody whom it neither has nor finds, and removes nobody who is wanted active', () => {
    fc.assert(
      fc.property(situations, (input) => {
        for (const operation of buildPlan(input).operations) {
          const wanted = input.resources.find((resource) => resource.sourceId === operation.sourceId);
          if (operation.verb === 'delete') assert.equal(wanted, undefined);
          if (operation.verb === 'deactivate') assert.notEqual(wanted?.attributes.get('active'), true);
          if (operation.verb !== 'create' && operation.verb !== 'adopt') {
            const known = input.links.has(operation.sourceId) || wanted !== undefined;
            assert.ok(known);
          }
        }
      }),
    );
  });

  it('is the same whatever the order of its input', () => {
    fc.assert(
      fc.property(
        situations.chain((input) => fc.tuple(fc.constant(input), shuffled(input.resources), shuffled(input.departures))),
        ([input, resources, departures]) => {
          const id = planId(buildPlan(input).operations, sha256);
          assert.equal(planId(buildPlan({ ...input, resources, departures }).operations, sha256), id);
        },
      ),
    );
  });
});

describe('plan id', () => {
  it('does not depend on order, labels, reasons and stages', () => {
    fc.assert(
      fc.property(
        situations.chain((input) => shuffled(buildPlan(input).operations)),
        fc.string(),
        (operations, text) => {
          const renamed = operations.map((operation) => ({ ...operation, label: text, reason: text, stage: 7 }));
          assert.equal(planId(renamed, sha256), planId(operations.toReversed(), sha256));
        },
      ),
    );
  });

  it('differs when an operation is missing', () => {
    fc.assert(
      fc.property(situations, ({ ...input }) => {
        const { operations } = buildPlan(input);
        fc.pre(operations.length > 0);
        assert.notEqual(planId(operations.slice(1), sha256), planId(operations, sha256));
      }),
    );
  });
});

describe('readings', () => {
  it('of kind delta never yield a departure, whatever links exist', () => {
    const readings: fc.Arbitrary<Reading[]> = fc.array(
      fc.record({ kind: fc.constant('delta' as const), directory: fc.constantFrom('corp', 'branch'), entries: fc.constant([]), gone: fc.array(fc.uuid()) }),
    );
    fc.assert(
      fc.property(readings, situations, (deltas, { links }) => {
        assert.deepEqual(findDepartures(deltas, [...links.values()]), []);
      }),
    );
  });
});

describe('guard', () => {
  const effects = (operations: readonly Operation[]): string[] =>
    operations
      .flatMap((one) => {
        if (one.verb === 'members') return [...one.add.map((id) => `${one.sourceId} + ${id}`), ...one.remove.map((id) => `${one.sourceId} - ${id}`)];
        if (one.verb !== 'update' && one.verb !== 'reactivate') return [`${one.verb} ${one.sourceId} ${one.stage}`];
        // A change that comes with a reactivation may be held apart from it.
        return one.changes.map(({ path, change }) => `${one.sourceId} ${one.stage} ${change} ${path}`);
      })
      .sort();
  const limit = fc.record({ percent: fc.constantFrom(0, 20, 100), atLeast: fc.constantFrom(0, 1, 3) });
  const inputs = fc
    .record({
      situation: situations,
      limits: fc.record({ removals: limit, members: limit, updates: limit }),
      firstRun: fc.boolean(),
      emptyTypes: fc.subarray(['user', 'group'] as const).map((types) => new Set(types)),
    })
    .map(({ situation, ...rest }) =>
      guardInput(buildPlan(situation).operations, {
        ...rest,
        population: { user: 6, group: 3 },
        memberCounts: new Map([...situation.members].map(([id, members]) => [id, members.size])),
      }),
    );

  it('divides a plan without losing or doubling an effect', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { proceed, hold } = guard(input);
        assert.deepEqual(effects([...proceed, ...(hold?.operations ?? [])]), effects(input.operations));
      }),
      { numRuns: 500 },
    );
  });

  it('never lets someone whose removal it holds leave a group, or be cleared as a manager', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { proceed, hold } = guard(input);
        const held = new Set(hold?.operations.filter((one) => one.verb === 'deactivate' || one.verb === 'delete').map((one) => one.sourceId));
        for (const one of proceed) {
          if (one.verb === 'members' && one.cause === 'changed') assert.ok(one.remove.every((id) => !held.has(id)));
          const leavers = one.verb === 'update' ? one.changes.flatMap((change) => (change.change === 'clear' ? (change.leaver ?? []) : [])) : [];
          assert.ok(leavers.every((id) => !held.has(id)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds nothing in the rest of a plan once everything that it holds is decided, and nothing is lost or doubled', () => {
    fc.assert(
      fc.property(inputs, fc.boolean(), (input, isApproved) => {
        const { hold } = guard(input);
        fc.pre(hold !== undefined);
        const held = hold.decisive.map((one) => heldOperation(one, sha256));
        const decided = isApproved ? { approved: held, rejected: [] } : { approved: [], rejected: held };
        const context = partContext(input.operations, input.links);
        const { open, approved, rejected } = divideDecided(input.operations, context, decided, sha256);
        assert.deepEqual(guard({ ...input, operations: open }).hold, undefined);
        assert.deepEqual(effects([...open, ...approved, ...rejected]), effects(input.operations));
        if (!isApproved) assert.deepEqual(effects(rejected), effects(hold.operations));
        assert.deepEqual(stillWanted(held, input.operations, context, sha256), held);
        assert.deepEqual(stillWanted(held, without(input.operations, hold.operations, context, sha256), context, sha256), []);
      }),
      { numRuns: 500 },
    );
  });

  it('gives a hold the same id whatever the causes and values, and another one on another target or with one operation less', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { hold } = guard(input);
        fc.pre(hold !== undefined);
        const otherwise = hold.decisive.map((one): Operation => ('cause' in one && one.verb !== 'members' ? { ...one, cause: one.cause === 'absent' ? 'left_scope' : 'absent', reason: 'other words' } : one));
        assert.equal(holdId('wiki', otherwise.toReversed(), sha256), hold.holdId);
        assert.notEqual(holdId('chat', hold.decisive, sha256), hold.holdId);
        assert.notEqual(holdId('wiki', hold.decisive.slice(1), sha256), hold.holdId);
      }),
    );
  });

  it('finds nothing more in what it let pass', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { proceed } = guard(input);
        assert.equal(guard({ ...input, operations: proceed }).hold, undefined);
      }),
      { numRuns: 500 },
    );
  });
});

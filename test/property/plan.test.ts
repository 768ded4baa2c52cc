import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Reading } from '../../src/core/model/reading.ts';
import { buildPlan } from '../support/in-one-go.ts';
import { findDepartures } from '../../src/core/planning/departures.ts';
import { planId } from '../support/in-one-go.ts';
import { sha256 } from '../support/operations.ts';
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
        situations.chain((input) =>
          fc.tuple(fc.constant(input), shuffled(input.resources), shuffled(input.departures)),
        ),
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
      fc.record({
        kind: fc.constant('delta' as const),
        directory: fc.constantFrom('corp', 'branch'),
        entries: fc.constant([]),
        gone: fc.array(fc.uuid()),
      }),
    );
    fc.assert(
      fc.property(readings, situations, (deltas, { links }) => {
        assert.deepEqual(findDepartures(deltas, [...links.values()]), []);
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Link } from '../../src/core/model/link.ts';
import type { Operation } from '../../src/core/model/plan.ts';
import type { ReasonCode, Rejected, Resource } from '../../src/core/model/resource.ts';
import { coverageOf } from '../../src/core/planning/coverage.ts';

const person = fc.record({
  type: fc.constantFrom('user' as const, 'group' as const),
  active: fc.boolean(),
  rejected: fc.constantFrom<ReasonCode | undefined>(undefined, 'map_error', 'match_taken', 'hidden_entry'),
  again: fc.boolean(),
  lifecycle: fc.constantFrom<Link['lifecycle'] | undefined>(undefined, 'active', 'deactivated', 'lost'),
  verb: fc.constantFrom('create' as const, 'adopt' as const, 'relink' as const, 'update' as const, undefined),
});

describe('the numbers of a plan', () => {
  it('add up: everybody in scope is counted once', () => {
    fc.assert(
      fc.property(fc.array(person), fc.boolean(), (people, lacksGroups) => {
        const who = people.map((one, place) => ({ ...one, sourceId: `id-${place}`, directory: 'corp', label: '' }));
        const resources = who.map(({ active, ...one }): Resource => ({
          ...one,
          attributes: new Map([['active', active]]),
          createOnly: new Map(),
          members: [],
        }));
        const reject = (one: (typeof who)[number], code: ReasonCode): Rejected => ({
          ...one,
          reasons: [{ code, text: '' }],
        });
        const rejected = who.flatMap((one) => [
          ...(one.rejected === undefined ? [] : [reject(one, one.rejected)]),
          ...(one.again ? [reject(one, 'duplicate_entry')] : []),
        ]);
        const operations = who.flatMap((one) =>
          one.verb === undefined ? [] : [{ ...one, verb: one.verb } as unknown as Operation],
        );
        const links = new Map(
          who.flatMap(({ sourceId, lifecycle }) =>
            lifecycle === undefined ? [] : [[sourceId, { lifecycle } as Link] as const],
          ),
        );
        const coverage = coverageOf({ resources, rejected, operations, links, lacksGroups });
        for (const type of ['user', 'group'] as const) {
          const { inScope, ...parts } = coverage[type];
          assert.equal(inScope, who.filter((one) => one.type === type).length);
          assert.equal(
            parts.rejected,
            who.filter((one) => one.type === type && one.rejected !== undefined && one.rejected !== 'hidden_entry')
              .length,
          );
          assert.equal(
            Object.values(parts).reduce((sum, part) => sum + part, 0),
            inScope,
          );
        }
      }),
    );
  });
});

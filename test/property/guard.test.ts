import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../../src/core/model/plan.ts';
import { buildPlan, guard } from '../support/in-one-go.ts';
import { divideDecided, stillWanted, without } from '../../src/core/planning/decided.ts';
import type { GuardResult } from '../../src/core/planning/guard.ts';
import type { GuardInput } from '../../src/core/planning/guard-input.ts';
import { partsOf } from '../../src/core/planning/guard-parts.ts';
import { partContext } from '../../src/core/planning/part-context.ts';
import { heldOperation } from '../../src/core/planning/held-operation.ts';
import { holdId } from '../../src/core/planning/plan-id.ts';
import type { GuardLimits } from '../../src/core/planning/policy.ts';
import { limitsWith } from '../support/limits.ts';
import { guardInput, people, populationOf, removal, sha256 } from '../support/operations.ts';
import { situations } from './plan-situations.ts';

const effects = (operations: readonly Operation[]): string[] =>
  operations
    .flatMap((one) => {
      if (one.verb === 'members')
        return [
          ...one.add.map((id) => `${one.sourceId} + ${id}`),
          ...one.remove.map((id) => `${one.sourceId} - ${id}`),
        ];
      if (one.verb !== 'update' && one.verb !== 'reactivate') return [`${one.verb} ${one.sourceId} ${one.stage}`];
      // A change that comes with a reactivation may be held apart from it.
      return one.changes.map(({ path, change }) => `${one.sourceId} ${one.stage} ${change} ${path}`);
    })
    .sort();

const limit = fc.record({ percent: fc.constantFrom(0, 20, 100), atLeast: fc.constantFrom(0, 1, 3) });
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

/** Any plan, with any limits, in any light. */
const inputs: fc.Arbitrary<GuardInput> = fc
  .record({
    situation: situations,
    limits,
    firstRun: fc.boolean(),
    established: fc.boolean(),
    emptyTypes: fc.subarray(['user', 'group'] as const),
    emptied: fc.subarray(['user', 'group'] as const),
    leapt: fc.boolean(),
  })
  .map(({ situation, emptyTypes, emptied, leapt, ...rest }) => {
    const links = [...situation.links.values()];
    const count = (type: string, lifecycle: string) =>
      links.filter((link) => link.type === type && link.lifecycle === lifecycle).length;
    const members = situation.members;
    return guardInput(buildPlan(situation).operations, {
      ...rest,
      links: situation.links,
      members,
      isEmpty: (_, type) => emptyTypes.includes(type),
      emptiedScopes: emptied.map((type) => ({ dn: 'CN=all', type })),
      isLeap: () => leapt,
      population: {
        active: { user: count('user', 'active'), group: count('group', 'active') },
        deactivated: { user: count('user', 'deactivated'), group: 0 },
        memberships: [...members.values()].reduce((sum, { size }) => sum + size, 0),
        groupsWithMembers: [...members.values()].filter(({ size }) => size > 0).length,
        holders: () => links.length,
      },
    });
  });

const contextOf = (input: GuardInput) => partContext(input.operations, input.links, input.members);

/** What of a kind is done or held, one text each. */
function partsIn(operations: readonly Operation[], input: GuardInput, kind: string): string[] {
  const context = contextOf(input);
  return operations
    .flatMap((operation) =>
      partsOf(operation, context)
        .filter((part) => part.kind === kind && !part.isConsequence)
        .map(({ sourceId }) => sourceId),
    )
    .sort();
}

describe('guard', () => {
  it('divides a plan without losing or doubling an effect', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { proceed, hold } = guard(input);
        assert.deepEqual(effects([...proceed, ...(hold?.operations ?? [])]), effects(input.operations));
      }),
      { numRuns: 500 },
    );
  });

  it('never lets anything proceed without what it follows', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { proceed, hold } = guard(input);
        const context = contextOf(input);
        const partsIn = (operations: readonly Operation[]) =>
          operations.flatMap((operation) => partsOf(operation, context));
        // Divided, a reactivation may leave changes behind that are held as an update.
        const leads = new Set<string>();
        for (const { verb, sourceId, ...one } of hold?.operations ?? []) {
          if (verb === 'create' || verb === 'adopt' || verb === 'relink') leads.add(`arrival ${sourceId}`);
          if (verb === 'reactivate') leads.add(`reactivation ${sourceId}`);
          if (
            verb === 'deactivate' ||
            verb === 'delete' ||
            (verb === 'members' && 'cause' in one && one.cause === 'departed')
          )
            leads.add(`removal ${sourceId}`);
        }
        for (const part of partsIn(proceed))
          assert.deepEqual(
            part.follows.filter((lead) => leads.has(lead)),
            [],
            `${part.kind} ${part.sourceId}`,
          );
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
        const context = contextOf(input);
        const { open, approved, rejected } = divideDecided(input.operations, context, decided, sha256);
        assert.deepEqual(guard({ ...input, operations: open }).hold, undefined);
        assert.deepEqual(effects([...open, ...approved, ...rejected]), effects(input.operations));
        if (!isApproved) assert.deepEqual(effects(rejected), effects(hold.operations));
        assert.deepEqual(stillWanted(held, input.operations, context, sha256), held);
        assert.deepEqual(
          stillWanted(held, without(input.operations, hold.operations, context, sha256), context, sha256),
          [],
        );
      }),
      { numRuns: 500 },
    );
  });

  it('gives a hold the same id whatever the causes and values, and another one on another target or with one operation less', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { hold } = guard(input);
        fc.pre(hold !== undefined);
        const otherwise = hold.decisive.map((one): Operation =>
          'cause' in one && one.verb !== 'members'
            ? { ...one, cause: one.cause === 'absent' ? 'left_scope' : 'absent', reason: 'other words' }
            : one,
        );
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

  it('never lets anybody lose access in a first run for being missing', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { proceed } = guard({ ...input, firstRun: true });
        const context = contextOf(input);
        const gone = proceed
          .flatMap((one) => partsOf(one, context))
          .filter((part) => part.kind === 'removal' && part.evidence === 'absence');
        assert.deepEqual(gone, []);
      }),
    );
  });

  it('gives back nothing that it holds: neither access nor attributes of those who wait for it', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { proceed, hold } = guard(input);
        const held = new Set(partsIn(hold?.operations ?? [], input, 'reactivation'));
        assert.deepEqual(
          proceed.filter((one) => one.verb === 'reactivate' && held.has(one.sourceId)),
          [],
        );
      }),
    );
  });
});

describe('guard, people who lose access', () => {
  /** So many of a population who are missing and who are disabled, now and in the last 24 hours; `share` up to a half. */
  const companies = fc
    .record({
      population: fc.integer({ min: 1, max: 60 }),
      absent: fc.integer({ min: 0, max: 60 }),
      disabled: fc.integer({ min: 0, max: 60 }),
      recentAbsent: fc.integer({ min: 0, max: 6 }),
      recentDisabled: fc.integer({ min: 0, max: 6 }),
      limit: fc.record({ percent: fc.integer({ min: 0, max: 20 }), atLeast: fc.integer({ min: 0, max: 100 }) }),
    })
    .map((one) => ({
      ...one,
      absent: Math.min(one.absent, one.population),
      disabled: Math.min(one.disabled, one.population - Math.min(one.absent, one.population)),
    }));
  type Company = typeof companies extends fc.Arbitrary<infer One> ? One : never;

  const verdictOf = (company: Company): GuardResult => {
    const { population, absent, disabled, recentAbsent, recentDisabled } = company;
    const operations = [
      ...people(absent).map((id) => removal(id)),
      ...people(disabled, 1_000).map((id) => ({ ...removal(id), cause: 'disabled' as const })),
    ];
    return guard(
      guardInput(operations, {
        limits: limitsWith({ removals: company.limit }),
        population: populationOf({ active: { user: population, group: 0 } }),
        recent: [
          { kind: 'removals', type: 'user', evidence: 'absence', count: recentAbsent },
          { kind: 'removals', type: 'user', evidence: 'word', count: recentDisabled },
        ],
      }),
    );
  };
  const leaving = ({ proceed }: GuardResult, cause: string) =>
    proceed.filter((one) => one.verb === 'deactivate' && one.cause === cause).map(({ sourceId }) => sourceId);

  it('are never more than half of those who were there a day ago by a guess, but one may always go', () => {
    fc.assert(
      fc.property(companies, (company) => {
        const verdict = verdictOf(company);
        const { population, recentAbsent, recentDisabled } = company;
        const before = population + recentAbsent + recentDisabled;
        const guessed = leaving(verdict, 'absent').length;
        const said = leaving(verdict, 'disabled').length;
        const share = Math.floor((before * company.limit.percent) / 100);
        const most = Math.max(1, share, Math.floor(before / 2));
        if (guessed > 0) assert.ok(guessed + recentAbsent <= most);
        if (guessed > share) assert.ok(guessed + recentAbsent + said + recentDisabled <= most);
        if (said > 0) assert.ok(said + recentDisabled <= most);
      }),
      { numRuns: 1_000 },
    );
  });

  it('by the word of the directory are not held for those who are missing', () => {
    fc.assert(
      fc.property(companies, (company) => {
        const without = leaving(verdictOf({ ...company, absent: 0 }), 'disabled');
        assert.deepEqual(leaving(verdictOf(company), 'disabled'), without);
      }),
      { numRuns: 1_000 },
    );
  });

  it('for being missing are not held for those whom the directory says to be disabled, but beyond a half', () => {
    fc.assert(
      fc.property(companies, (company) => {
        const alone = leaving(verdictOf({ ...company, disabled: 0 }), 'absent');
        const { population, absent, disabled, recentAbsent, recentDisabled } = company;
        const all = absent + disabled + recentAbsent + recentDisabled;
        fc.pre(all <= (population + recentAbsent + recentDisabled) / 2);
        assert.deepEqual(leaving(verdictOf(company), 'absent'), alone);
      }),
      { numRuns: 1_000 },
    );
  });
});

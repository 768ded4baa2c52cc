import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guard } from '../../../support/in-one-go.ts';
import { guardInput, members, people, populationOf } from '../../../support/operations.ts';

const possibleMembers = new Map([['staff', new Set(['ann', 'ben'])]]);
const acknowledged = new Map([['staff', new Set(people(50))]]);

describe('the guard, where a value of a group names nobody', () => {
  it('holds that those leave whom it may mean, and nobody else', () => {
    const { proceed, hold } = guard(
      guardInput([members('staff', ['eve'], ['ann', 'cleo']), members('other', [], ['ann'])], {
        possibleMembers,
        members: acknowledged,
      }),
    );
    assert.deepEqual(
      hold?.operations.map((one) => [one.sourceId, 'remove' in one ? one.remove : []]),
      [['staff', ['ann']]],
    );
    assert.deepEqual(
      proceed.map((one) => ('add' in one ? [one.sourceId, one.add, one.remove] : [])),
      [
        ['staff', ['eve'], ['cleo']],
        ['other', [], ['ann']],
      ],
    );
    assert.deepEqual(
      hold.findings.map(({ kind, sourceId, planned, population, allowed }) => [
        kind,
        sourceId,
        planned,
        population,
        allowed,
      ]),
      [['unresolved_members', 'staff', 1, 50, 0]],
    );
  });

  it('holds that those leave the scope whom a value of its group may mean, and nobody whom the directory disabled', () => {
    const leaving = (sourceId: string, cause: 'left_scope' | 'disabled') =>
      ({
        verb: 'deactivate',
        type: 'user',
        sourceId,
        directory: 'corp',
        label: sourceId,
        reason: '',
        stage: 5,
        cause,
      }) as const;
    const operations = [leaving('ann', 'left_scope'), leaving('ben', 'disabled'), leaving('cleo', 'left_scope')];
    const { proceed, hold } = guard(
      guardInput(operations, {
        possiblyInScope: new Set(['ann', 'ben']),
        population: populationOf({ active: { user: 50, group: 0 } }),
      }),
    );
    assert.deepEqual(
      hold?.operations.map(({ sourceId }) => sourceId),
      ['ann'],
    );
    assert.deepEqual(
      proceed.map(({ sourceId }) => sourceId),
      ['ben', 'cleo'],
    );
    assert.deepEqual(
      hold.findings.map(({ kind, type, planned, allowed }) => [kind, type, planned, allowed]),
      [['unresolved_members', 'user', 1, 0]],
    );
  });

  it('lets them go who lose access altogether', () => {
    const leaving = {
      verb: 'deactivate',
      type: 'user',
      sourceId: 'ann',
      directory: 'corp',
      label: 'ann',
      reason: '',
      stage: 5,
      cause: 'absent',
    } as const;
    assert.equal(
      guard(guardInput([members('staff', [], ['ann']), leaving], { possibleMembers, members: acknowledged })).hold,
      undefined,
    );
  });
});

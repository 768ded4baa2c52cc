import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MembersOperation } from '../../../src/core/model/plan.ts';
import { partContext } from '../../../src/core/planning/part-context.ts';
import { createRemovalRecords } from '../../../src/cycle/shared/removal-records.ts';

/** One step of a plan for the only group. */
const step = (stage: number, add: readonly string[], remove: readonly string[]): MembersOperation => ({
  verb: 'members',
  type: 'group',
  sourceId: 'g',
  directory: 'corp',
  label: 'a group',
  reason: 'members differ',
  stage,
  cause: 'changed',
  add,
  remove,
});

/** The groups that count as emptied after each step of a plan for a group that has members. */
function emptiedBy(plan: readonly MembersOperation[], members: readonly string[]): number[] {
  const context = partContext(plan, new Map(), new Map([['g', new Set(members)]]));
  const records = createRemovalRecords({ target: 'wiki', context, approved: [], established: true }, { now: () => 0 });
  return plan.map((one) =>
    records(one, one.remove).reduce(
      (sum, change) =>
        sum + (change.kind === 'removal' && change.removal.kind === 'emptied' ? change.removal.count : 0),
      0,
    ),
  );
}

describe('a group that loses its members in several steps', () => {
  it('is emptied by the last one', () => {
    assert.deepEqual(emptiedBy([step(1, [], ['a']), step(2, [], ['b'])], ['a', 'b']), [0, 1]);
  });

  it('is not emptied where the same plan puts somebody in, before or after', () => {
    assert.deepEqual(emptiedBy([step(1, [], ['a']), step(2, ['b'], [])], ['a']), [0, 0]);
    assert.deepEqual(emptiedBy([step(1, ['b'], []), step(2, [], ['a'])], ['a']), [0, 0]);
  });
});

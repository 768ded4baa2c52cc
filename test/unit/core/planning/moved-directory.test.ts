import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Link } from '../../../../src/core/model/link.ts';
import { buildPlan } from '../../../support/in-one-go.ts';
import { daysAgo, inShort, linkOf, planInput, rejected, user, type Situation } from '../../../support/plan-input.ts';

const plan = (situation: Situation) => buildPlan(planInput(situation));
const anna = user('anna', { userName: 'anna' });
const off = user('anna', { userName: 'anna', active: false });

/** Operations in short, and how many links change or go without a request. */
function row(situation: Situation): [string[], number, number] {
  const { operations, remembered, forgotten } = plan(situation);
  return [inShort(operations), remembered.length, forgotten.length];
}

describe('buildPlan with a link to someone who moved into another directory', () => {
  const of = (rest: Partial<Link>) => linkOf(anna, { directory: 'branch', ...rest });
  const mayMove = () => true;
  const remembered = (situation: Situation) =>
    plan({ mayMove, ...situation }).remembered.map(({ directory, departedAt }) => [directory, departedAt]);
  it('hands the account over in sight of a person, with whatever differs, unless a move is allowed', () => {
    assert.deepEqual(row({ resources: [anna], links: [of({})] }), [['relink anna'], 0, 0]);
    assert.deepEqual(row({ rejected: [rejected('anna', false)], links: [of({})] }), [['relink anna'], 0, 0]);
    assert.deepEqual(row({ resources: [off], links: [of({})] }), [['relink anna', 'deactivate anna'], 0, 0]);
    const [relink] = plan({ resources: [anna], links: [of({ lifecycle: 'deactivated' })] }).operations;
    assert.deepEqual(
      [relink?.verb === 'relink' && relink.changes.map(({ path }) => path), relink?.reason],
      [['active'], 'it was linked from directory branch, and now corp has it'],
    );
  });
  it('remembers where they are now, and sends nothing for it', () => {
    assert.deepEqual(row({ resources: [anna], links: [of({})], mayMove }), [[], 1, 0]);
    assert.deepEqual(remembered({ resources: [anna], links: [of({})] }), [['corp', undefined]]);
    assert.deepEqual(remembered({ rejected: [rejected('anna', undefined)], links: [of({})] }), [['corp', undefined]]);
  });
  it('remembers it also of who is switched off, or on again', () => {
    const link = of({ lifecycle: 'deactivated', departedAt: daysAgo(3) });
    assert.deepEqual(remembered({ resources: [off], links: [link] }), [['corp', undefined]]);
    assert.deepEqual(row({ resources: [anna], links: [link], mayMove }), [['reactivate anna'], 1, 0]);
    // The request that switches them on ends the departure.
    assert.deepEqual(remembered({ resources: [anna], links: [link] }), [['corp', daysAgo(3)]]);
  });
  it('goes by the directory that counts, where several show them', () => {
    const again = {
      ...rejected('anna', undefined),
      directory: 'branch',
      reasons: [{ code: 'duplicate_entry' as const, text: 'twice' }],
    };
    assert.deepEqual(row({ resources: [anna], rejected: [again], links: [linkOf(anna)] }), [[], 0, 0]);
    assert.deepEqual(remembered({ resources: [anna], rejected: [again], links: [of({})] }), [['corp', undefined]]);
    assert.deepEqual(row({ resources: [off], rejected: [again], links: [linkOf(anna)] }), [['deactivate anna'], 0, 0]);
  });
});

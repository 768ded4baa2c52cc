import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doubtful, type Link } from '../../../../src/core/model/link.ts';
import { compareLifecycle } from '../../../../src/core/verify/compare-lifecycle.ts';

const linkOf = (more: Partial<Link> = {}): Link => ({
  target: 'wiki',
  type: 'user',
  sourceId: 'a',
  directory: 'corp',
  targetId: '1',
  origin: 'created',
  lifecycle: 'active',
  attributes: { active: 'digest' },
  ...more,
});
const off = { lifecycle: 'deactivated' } as const;

describe('whether somebody is active', () => {
  it('differs where the target shows something else than it acknowledged', () => {
    assert.equal(compareLifecycle(linkOf(), true, false), 'disabled');
    assert.equal(compareLifecycle(linkOf(off), false, true), 'enabled');
    assert.equal(compareLifecycle(linkOf(), undefined, false), 'disabled');
  });

  it('does not differ where it shows the same', () => {
    assert.equal(compareLifecycle(linkOf(), true, true), undefined);
    assert.equal(compareLifecycle(linkOf(off), false, false), undefined);
  });

  it('is neither where the target does not say, or in no word that is known', () => {
    for (const link of [linkOf(), linkOf(off)]) {
      const wanted = link.lifecycle === 'active';
      assert.equal(compareLifecycle(link, wanted, undefined), 'silent');
      assert.equal(compareLifecycle(link, wanted, 'unclear'), 'unclear');
      assert.equal(compareLifecycle(link, !wanted, 'unclear'), 'waiting');
    }
    assert.equal(compareLifecycle(linkOf({ unstored: ['active'] }), true, undefined), undefined);
    assert.equal(compareLifecycle(linkOf({ leftDisabled: true }), true, 'unclear'), undefined);
  });

  it('waits while the next cycle changes it anyway', () => {
    assert.equal(compareLifecycle(linkOf(), false, false), 'waiting');
    assert.equal(compareLifecycle(linkOf(off), true, true), 'waiting');
    assert.equal(compareLifecycle(linkOf({ attributes: { active: doubtful } }), true, false), 'waiting');
  });

  it('is known not to be stored, where the target keeps something else', () => {
    assert.equal(compareLifecycle(linkOf({ unstored: ['active'] }), true, false), 'unstored');
    assert.equal(compareLifecycle(linkOf({ ...off, unstored: ['active'] }), false, false), undefined);
  });

  it('is never called not stored of somebody who is active and shall not be', () => {
    assert.equal(compareLifecycle(linkOf({ ...off, unstored: ['active'] }), false, true), 'enabled');
  });

  it('is not compared where nobody knows what should be there', () => {
    assert.equal(compareLifecycle(linkOf({ leftDisabled: true }), true, false), undefined);
    assert.equal(compareLifecycle(linkOf({ type: 'group' }), true, false), undefined);
    assert.equal(compareLifecycle(linkOf({ lifecycle: 'lost' }), true, false), undefined);
  });
});

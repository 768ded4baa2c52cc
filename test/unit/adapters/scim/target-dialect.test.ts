import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTargetDialect } from '../../../../src/adapters/scim/dialect/target-dialect.ts';

const day = 24 * 60 * 60_000;

describe('the book about a target', () => {
  it('holds what the target taught over what the profile says, and under what the configuration says', () => {
    const targetDialect = createTargetDialect([{ origin: 'profile', says: { patch: { maxOperations: 50 } } }], () => 0);
    targetDialect.learn('patch.maxOperations', 10, 'more were refused');
    assert.equal(targetDialect.current().patch.maxOperations, 10);
    assert.deepEqual(
      targetDialect.settings().find(({ name }) => name === 'patch.maxOperations'),
      { name: 'patch.maxOperations', value: 10, origin: 'learned' },
    );
    const firm = createTargetDialect([{ origin: 'config', says: { patch: { maxOperations: 50 } } }], () => 0);
    firm.learn('patch.maxOperations', 10, 'more were refused');
    assert.equal(firm.current().patch.maxOperations, 50);
    assert.equal(firm.version(), 0);
  });

  it('forgets after a week what was refused: it may have been a bad day of the target', () => {
    let now = 0;
    const targetDialect = createTargetDialect([], () => now);
    targetDialect.learn('patch.valueFilters', false, 'refused');
    now = 3 * day;
    targetDialect.learn('members.onCreate', 'after', 'refused');
    const notes = targetDialect.notes();
    now = 8 * day;
    const version = targetDialect.version();
    targetDialect.review();
    assert.deepEqual(
      [targetDialect.current().patch.valueFilters, targetDialect.notes().learned.map(({ setting }) => setting)],
      [true, ['members.onCreate']],
    );
    assert.ok(targetDialect.version() > version, 'which is to be noted');
    const next = createTargetDialect([], () => now);
    next.restore(notes);
    assert.deepEqual(
      next.notes().learned.map(({ setting }) => setting),
      ['members.onCreate'],
    );
  });
});

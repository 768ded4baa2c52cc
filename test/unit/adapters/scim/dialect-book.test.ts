import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDialectBook } from '../../../../src/adapters/scim/dialect/dialect-book.ts';

const day = 24 * 60 * 60_000;

describe('the book about a target', () => {
  it('holds what the target taught over what the profile says, and under what the configuration says', () => {
    const book = createDialectBook([{ origin: 'profile', says: { patch: { maxOperations: 50 } } }], () => 0);
    book.learn('patch.maxOperations', 10, 'more were refused');
    assert.equal(book.current().patch.maxOperations, 10);
    assert.deepEqual(
      book.settings().find(({ name }) => name === 'patch.maxOperations'),
      { name: 'patch.maxOperations', value: 10, origin: 'learned' },
    );
    const firm = createDialectBook([{ origin: 'config', says: { patch: { maxOperations: 50 } } }], () => 0);
    firm.learn('patch.maxOperations', 10, 'more were refused');
    assert.equal(firm.current().patch.maxOperations, 50);
    assert.equal(firm.version(), 0);
  });

  it('forgets after a week what was refused: it may have been a bad day of the target', () => {
    let now = 0;
    const book = createDialectBook([], () => now);
    book.learn('patch.valueFilters', false, 'refused');
    now = 3 * day;
    book.learn('members.onCreate', 'after', 'refused');
    const notes = book.notes();
    now = 8 * day;
    const version = book.version();
    book.review();
    assert.deepEqual(
      [book.current().patch.valueFilters, book.notes().lessons.map(({ setting }) => setting)],
      [true, ['members.onCreate']],
    );
    assert.ok(book.version() > version, 'which is to be noted');
    const next = createDialectBook([], () => now);
    next.restore(notes);
    assert.deepEqual(
      next.notes().lessons.map(({ setting }) => setting),
      ['members.onCreate'],
    );
  });
});

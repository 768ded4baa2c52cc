import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nothingKnown, type KnownAccounts } from '../../../src/bridge/known-accounts.ts';
import { columns, fitParts, wrap } from '../../../src/cli/layout.ts';
import { inReadingOrder, isRisky, operationText } from '../../../src/cli/operation-text.ts';
import type { AttributeChange, Operation } from '../../../src/core/model/plan.ts';
import { Reference } from '../../../src/core/model/resource.ts';

const about = (label: string, type: 'user' | 'group' = 'user') => ({
  type,
  sourceId: `id-${label}`,
  directory: 'corp',
  label,
  reason: 'because',
  stage: 0,
});
const update = (label: string, ...changes: AttributeChange[]): Operation => ({
  ...about(label),
  verb: 'update',
  changes,
});
const known: KnownAccounts = {
  names: new Map([
    ['id-ada', 'ada'],
    ['id-noor', 'noor'],
    ['id-bjorn', 'bjorn'],
  ]),
  bodies: new Map([
    [
      'id-ada',
      { title: 'VP', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: '42' } } },
    ],
  ]),
  accounts: new Map([
    ['42', 'bjorn'],
    ['7', 'stranger'],
  ]),
};
const manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';

describe('an operation as text', () => {
  it('shows the old value and the new one, and references by name', () => {
    const operation = update(
      'ada',
      { path: 'title', change: 'set', value: 'CEO', had: true },
      { path: manager, change: 'set', value: new Reference('id-noor'), had: true },
    );
    assert.equal(operationText(operation, known, 80).content, 'title: VP → CEO, enterprise.manager: bjorn → noor');
    const others = update(
      'ada',
      { path: 'nickName', change: 'set', value: 'Ada', had: false },
      { path: 'title', change: 'clear' },
    );
    assert.equal(operationText(others, known, 80).content, 'nickName: (none) → Ada, title: VP → (none)');
  });

  it('says nothing of an old value that nobody read', () => {
    const operation = update(
      'mei',
      { path: 'title', change: 'set', value: 'CEO', had: true },
      { path: 'nickName', change: 'set', value: 'M', had: false },
      { path: 'locale', change: 'clear' },
    );
    assert.equal(operationText(operation, known, 80).content, 'title: → CEO, nickName: M, locale: cleared');
  });

  it('takes a title for a title, also when some account has it for an id', () => {
    const there = { ...known, bodies: new Map([['id-ada', { title: '42' }]]) };
    assert.equal(
      operationText(update('ada', { path: 'title', change: 'set', value: '43', had: true }), there, 80).content,
      'title: 42 → 43',
    );
  });

  it('names members, those who leave first, and counts those who have no name', () => {
    const operation: Operation = {
      ...about('sales', 'group'),
      verb: 'members',
      add: ['id-noor', 'id-ada'],
      remove: ['id-bjorn', 'stranger:7', 'stranger:9', 'id-gone'],
      cause: 'changed',
    };
    assert.equal(
      operationText(operation, known, 80).content,
      'leave: 9, bjorn, stranger, 1 without a known name, join: ada, noor',
    );
    assert.equal(
      operationText(operation, nothingKnown, 80).content,
      'leave: 7, 9, 2 without a known name, join: 2 members',
    );
  });

  it('takes at most two lines of 80 columns, whatever is in it', () => {
    const long = 'x'.repeat(300);
    const operations: Operation[] = [
      update(
        long,
        { path: 'addresses[type eq "work"].streetAddress', change: 'set', value: long, had: true },
        { path: 'title', change: 'clear' },
      ),
      {
        ...about('g', 'group'),
        reason: long,
        verb: 'members',
        add: [],
        remove: Array.from({ length: 500 }, (_, place) => `stranger:${place}`),
        cause: 'changed',
      },
      {
        ...about('李'.repeat(60)),
        verb: 'create',
        again: false,
        attributes: new Map(Array.from({ length: 20 }, (_, place) => [`a${place}`, '李'.repeat(40)])),
      },
    ];
    for (const operation of operations) {
      const { verb, subject, reason, content = '' } = operationText(operation, known, 78);
      assert.ok(
        columns(`${verb} ${subject}  ${reason}`) <= 80,
        `${columns(`${verb} ${subject}  ${reason}`)}: ${subject}`,
      );
      assert.ok(columns(content) + verb.length + 1 <= 78, content);
    }
  });

  it('shows a source id whole, where no name is known', () => {
    const id = '10000000-0000-4000-8000-000000000002';
    const operation: Operation = {
      ...about(id),
      sourceId: id,
      reason: 'no longer shown by the directory (deleted, or hidden from the bind account)',
      verb: 'deactivate',
      cause: 'absent',
    };
    assert.ok(operationText(operation, nothingKnown, 76).subject.endsWith(id));
  });

  it('is read with what is risky first, then by name', () => {
    const operations: Operation[] = [
      update('zoe'),
      update('adam'),
      { ...about('new'), verb: 'create', again: false, attributes: new Map() },
      { ...about('joins', 'group'), verb: 'members', add: ['a'], remove: [], cause: 'changed' },
      { ...about('loses', 'group'), verb: 'members', add: [], remove: ['a'], cause: 'changed' },
      { ...about('off'), verb: 'deactivate', cause: 'disabled' },
      { ...about('gone 10'), verb: 'delete', cause: 'absent' },
      { ...about('gone 9'), verb: 'delete', cause: 'absent' },
    ];
    const ordered = inReadingOrder(operations);
    assert.deepEqual(
      ordered.map(({ label }) => label),
      ['gone 9', 'gone 10', 'off', 'loses', 'new', 'adam', 'zoe', 'joins'],
    );
    assert.deepEqual(ordered.map(isRisky), [true, true, true, true, false, false, false, false]);
  });
});

describe('lines', () => {
  it('count what does not fit', () => {
    assert.equal(fitParts(['one', 'two', 'three'], 80), 'one, two, three');
    assert.equal(fitParts(['one', 'two', 'three', 'four'], 18), 'one … and 3 more');
    assert.equal(fitParts(['a very long first part'], 10), 'a very lo…');
  });

  it('are broken at spaces and keep their indent', () => {
    assert.deepEqual(wrap('  one two three', 9, '    '), ['  one two', '    three']);
    assert.deepEqual(wrap('one', 2, ''), ['one']);
  });
});

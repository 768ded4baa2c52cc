import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patchOperations } from '../../../../src/adapters/scim/patch.ts';
import { toWire } from '../../../../src/adapters/scim/wire-change.ts';
import type { ScimChange } from '../../../../src/ports/scim-target.ts';
import { clear, set } from '../../../contract/scim-target.ts';

const operations = (...changes: readonly ScimChange[]) => patchOperations(changes.map(toWire));
const work = (sub: string): string => `addresses[type eq "work"].${sub}`;

describe('changes as PATCH operations', () => {
  it('put a new element together, and add it whole', () => {
    assert.deepEqual(operations(set('phoneNumbers[type eq "work"].value', '1', false), set('phoneNumbers[type eq "work"].primary', true, false)), [
      { op: 'add', path: 'phoneNumbers', value: [{ type: 'work', value: '1', primary: true }] },
    ]);
  });

  it('take an element away with its value', () => {
    assert.deepEqual(operations(clear('phoneNumbers[type eq "work"].value'), clear('phoneNumbers[type eq "work"].primary')), [
      { op: 'remove', path: 'phoneNumbers[type eq "work"]' },
    ]);
  });

  it('change an element in place when it may be there already', () => {
    assert.deepEqual(operations(set(work('locality'), 'Bern', false), clear(work('region'))), [
      { op: 'add', path: work('locality'), value: 'Bern' },
      { op: 'remove', path: work('region') },
    ]);
  });

  it('say again which element it is when they replace it as a whole', () => {
    assert.deepEqual(operations(set('addresses[type eq "work"]', { locality: 'Bern' })), [
      { op: 'replace', path: 'addresses[type eq "work"]', value: { type: 'work', locality: 'Bern' } },
    ]);
  });

  it('keep elements of different types apart', () => {
    assert.deepEqual(operations(set('emails[type eq "work"].value', 'a', false), clear('emails[type eq "home"].value'), set('title', 'x')), [
      { op: 'add', path: 'emails', value: [{ type: 'work', value: 'a' }] },
      { op: 'remove', path: 'emails[type eq "home"]' },
      { op: 'replace', path: 'title', value: 'x' },
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partialResource } from '../../../../src/adapters/scim/dialect/scim-1-1-patch.ts';

const core = 'urn:scim:schemas:core:1.0';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const oldEnterprise = 'urn:scim:schemas:extension:enterprise:1.0';
const said = (...operations: unknown[]): unknown => {
  const { schemas, ...rest } = partialResource({ Operations: operations }) ?? {};
  return schemas === undefined ? undefined : rest;
};

describe('a PATCH of SCIM 1.1', () => {
  it('says operations as part of a resource, whatever form they had', () => {
    const cases: readonly (readonly [readonly unknown[], unknown])[] = [
      [[{ op: 'replace', path: 'active', value: false }], { active: false }],
      [[{ op: 'Replace', value: { active: false } }], { active: false }],
      [[{ op: 'replace', value: { 'name.givenName': 'A', name: { familyName: 'B' } } }], { name: { familyName: 'B' } }],
      [
        [
          { op: 'add', path: 'name.givenName', value: 'A' },
          { op: 'add', path: 'name.familyName', value: 'B' },
        ],
        { name: { givenName: 'A', familyName: 'B' } },
      ],
      [
        [
          { op: 'remove', path: 'title' },
          { op: 'remove', path: 'name.givenName' },
        ],
        { meta: { attributes: ['title', 'name.givenName'] } },
      ],
      [[{ op: 'replace', path: 'title', value: null }], { meta: { attributes: ['title'] } }],
      [
        [{ op: 'replace', path: 'emails', value: [{ value: 'x' }] }],
        { emails: [{ value: 'x' }], meta: { attributes: ['emails'] } },
      ],
      [[{ op: 'add', path: 'emails', value: [{ value: 'x' }] }], { emails: [{ value: 'x' }] }],
      [
        [{ op: 'replace', path: `${enterprise}:manager`, value: { value: '1' } }],
        { [oldEnterprise]: { manager: { managerId: '1' } } },
      ],
      [
        [{ op: 'replace', path: `${enterprise}:manager`, value: '1' }],
        { [oldEnterprise]: { manager: { managerId: '1' } } },
      ],
      [[{ op: 'replace', path: enterprise, value: { department: 'S' } }], { [oldEnterprise]: { department: 'S' } }],
      [[{ op: 'remove', path: `${enterprise}:manager.value` }], { meta: { attributes: [`${oldEnterprise}:manager`] } }],
      [[{ op: 'add', path: 'members', value: ['1', '2'] }], { members: [{ value: '1' }, { value: '2' }] }],
      [[{ op: 'add', value: { members: [{ value: '1' }] } }], { members: [{ value: '1' }] }],
      [[{ op: 'add', path: 'members', value: { members: [{ value: '1' }] } }], { members: [{ value: '1' }] }],
      [
        [{ op: 'remove', path: 'members', value: [{ value: '1' }] }],
        { members: [{ value: '1', operation: 'delete' }] },
      ],
      [
        [{ op: 'remove', path: 'members[value eq "1" or value eq "\\"2"]' }],
        {
          members: [
            { value: '1', operation: 'delete' },
            { value: '"2', operation: 'delete' },
          ],
        },
      ],
      [[{ op: 'remove', path: 'members' }], { meta: { attributes: ['members'] } }],
      [
        [{ op: 'replace', path: 'members', value: [{ value: '1' }] }],
        { members: [{ value: '1' }], meta: { attributes: ['members'] } },
      ],
    ];
    for (const [operations, expected] of cases)
      assert.deepEqual(said(...operations), expected, JSON.stringify(operations));
  });

  it('names the schemas it uses', () => {
    assert.deepEqual(
      partialResource({ Operations: [{ op: 'add', path: `${enterprise}:department`, value: 'S' }] })?.['schemas'],
      [core, oldEnterprise],
    );
    assert.deepEqual(partialResource({ Operations: [] })?.['schemas'], [core]);
  });

  it('does not pretend to say what it cannot', () => {
    for (const path of ['emails[type eq "work"].value', 'emails[type eq "work"]', 'not a path', 7]) {
      assert.equal(said({ op: 'replace', path, value: 'x' }), undefined, String(path));
    }
  });
});

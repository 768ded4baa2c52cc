import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attributesOf } from '../../../../src/adapters/scim/dialect/schema-attributes.ts';

const user = 'urn:ietf:params:scim:schemas:core:2.0:User';
const group = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const badge = 'urn:example:Badge';
const definitions = [
  { id: user, attributes: [{ name: 'userName' }, { name: 'name', subAttributes: [{ name: 'givenName' }] }] },
  { id: group, attributes: [{ name: 'displayName' }] },
  { id: badge, attributes: [{ name: 'color' }] },
];

describe('the attributes that a target lists in its schemas', () => {
  it('are paths in lower case, with those that every resource has', () => {
    const { user: users, group: groups } = attributesOf(definitions.slice(0, 2), []) ?? {};
    assert.deepEqual([...(users ?? [])].sort(), ['externalid', 'id', 'meta', 'name', 'name.givenname', 'username']);
    assert.deepEqual([...(groups ?? [])].sort(), ['displayname', 'externalid', 'id', 'meta']);
  });

  it('belong to the types that the extension is for, or to both when nobody says', () => {
    const types = [{ schema: user, schemaExtensions: [{ schema: badge.toUpperCase() }] }, { schema: group }];
    const told = attributesOf(definitions, types);
    assert.deepEqual(
      [told?.user.has('urn:example:badge:color'), told?.group?.has('urn:example:badge:color')],
      [true, false],
    );
    const untold = attributesOf(definitions, []);
    assert.deepEqual(
      [untold?.user.has('urn:example:badge:color'), untold?.group?.has('urn:example:badge:color')],
      [true, true],
    );
  });

  it('are found in schemas of SCIM 1.1, which share one name', () => {
    const core = 'urn:scim:schemas:core:1.0';
    const enterprise = 'urn:scim:schemas:extension:enterprise:1.0';
    const manager = { name: 'manager', schema: enterprise, subAttributes: [{ name: 'managerId' }] };
    const department = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:department';
    for (const named of [{ id: core, name: 'User' }, { id: `${core}:User` }, { id: core, endpoint: '/Users' }]) {
      const told = attributesOf(
        [{ ...named, attributes: [{ name: 'userName' }, manager, { name: 'department', schema: enterprise }] }],
        [],
      );
      assert.deepEqual(
        [
          told?.user.has('username'),
          told?.user.has(department),
          told?.user.has(department.replace('department', 'manager.value')),
          told?.group,
        ],
        [true, true, true, undefined],
        JSON.stringify(named),
      );
    }
    const apart = attributesOf(
      [
        { id: core, name: 'User', attributes: [{ name: 'userName' }] },
        { id: enterprise, attributes: [{ name: 'department' }] },
      ],
      [],
    );
    assert.equal(apart?.user.has(department), true);
  });

  it('are unknown when nothing is told of users', () => {
    assert.equal(attributesOf([{ id: 'urn:example:Badge', attributes: [{ name: 'color' }] }], []), undefined);
  });

  it('are unknown of groups when nothing is told of those', () => {
    assert.equal(attributesOf(definitions.slice(0, 1), [])?.group, undefined);
    assert.equal(attributesOf([definitions[0], definitions[2]], [])?.group, undefined);
  });

  it('are unknown when there is no schema that can be read', () => {
    assert.equal(attributesOf([null, {}, { id: 7 }], []), undefined);
  });
});

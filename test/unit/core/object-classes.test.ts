import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typeName } from '../../../src/core/directory/attribute-types.ts';
import { requiredOfGroups, requirementsIn } from '../../../src/core/directory/object-classes.ts';

/** As OpenLDAP, 389 and Active Directory spell them. */
const requirements = requirementsIn(
  [
    "( 2.5.6.0 NAME 'top' DESC 'top of all MUST ( be )' ABSTRACT MUST objectClass )",
    "( 2.5.6.6 NAME 'person' DESC 'RFC2256: a person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ telephoneNumber ) )",
    "( 2.16.840.1.113730.3.2.2 NAME ( 'inetOrgPerson' 'iop' ) SUP 'person' STRUCTURAL MAY ( audio $ uid ) X-ORIGIN 'RFC 2798' )",
    "( 2.5.6.9 NAME 'groupOfNames' SUP top STRUCTURAL MUST ( member $ commonName ) MAY ( owner ) )",
  ],
  typeName,
);

describe('what object classes require', () => {
  it('is what the class says and all above it', () => {
    assert.deepEqual([...requirements(['IOP'])].sort(), ['cn', 'objectclass', 'sn']);
    assert.deepEqual([...requirements(['top', 'groupOfNames'])].sort(), ['cn', 'member', 'objectclass']);
  });

  it('is nothing of a class that the schema does not have', () => {
    assert.deepEqual([...requirements(['groupOfMembers'])], []);
    assert.deepEqual([...requirementsIn([], typeName)(['person'])], []);
  });

  it('is a member of the groups of RFC 4519, also where nobody shows a schema', () => {
    assert.deepEqual([...requiredOfGroups(['top', 'groupOfNames'])], ['member']);
    assert.deepEqual([...requiredOfGroups(['groupOfUniqueNames'])], ['uniquemember']);
    assert.deepEqual([...requiredOfGroups(['groupOfMembers', 'posixGroup'])], []);
  });
});

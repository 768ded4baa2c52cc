import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scimPath } from '../../../../src/core/mapping/scim-path.ts';
import type { ScimValue } from '../../../../src/core/model/resource.ts';
import { compareValue, type Shown } from '../../../../src/core/verify/same-value.ts';

const work = 'emails[type eq "work"].value';
const phone = 'phoneNumbers[type eq "work"].value';
const manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

type Case = readonly [string, string, ScimValue | undefined, Record<string, unknown>, Shown];
const cases: readonly Case[] = [
  ['the same text', 'title', 'Director', { title: 'Director' }, 'same'],
  ['another text', 'title', 'Director', { title: 'Queen' }, 'differs'],
  ['another case', 'title', 'Director', { title: 'DIRECTOR' }, 'same'],
  ['other punctuation', 'title', 'Vice-President', { title: 'Vice President' }, 'same'],
  ['names spelled in another case', 'title', 'Director', { TITLE: 'Director' }, 'same'],
  ['a login in lower case', 'userName', 'Ada@Example.org', { userName: 'ada@example.org' }, 'same'],
  ['a login with another dot', 'userName', 'a.da@example.org', { userName: 'ada@example.org' }, 'differs'],
  [
    'an externalId with braces',
    'externalId',
    'aa0e8400-e29b-41d4-a716-446655440000',
    { externalId: '{AA0E8400-E29B-41D4-A716-446655440000}' },
    'same',
  ],
  [
    'a telephone number as a URI',
    phone,
    '+47 22 33 44',
    { phoneNumbers: [{ type: 'work', value: 'tel:+47223344' }] },
    'same',
  ],
  ['a language with another hyphen', 'preferredLanguage', 'nb-NO', { preferredLanguage: 'nb_NO' }, 'same'],
  [
    'an instant with milliseconds',
    'urn:example:User:since',
    '2026-01-02T03:04:05Z',
    { 'urn:example:User': { since: '2026-01-02T04:04:05.000+01:00' } },
    'same',
  ],
  ['a number as text', 'urn:example:User:level', '7', { 'urn:example:User': { level: 7 } }, 'same'],
  ['a boolean as text', 'urn:example:User:remote', true, { 'urn:example:User': { remote: 'True' } }, 'same'],
  ['a composed letter', 'title', 'Café', { title: 'Cafe\u0301' }, 'same'],
  ['nothing of the attribute', 'title', 'Director', { userName: 'ada' }, 'absent'],
  ['null', 'title', 'Director', { title: null }, 'absent'],
  ['a value where there should be none', 'title', undefined, { title: 'Queen' }, 'differs'],
  ['an empty text where there should be none', 'title', undefined, { title: '' }, 'same'],
  ['nothing where there should be none', 'title', undefined, {}, 'same'],
  ['a list of empty elements where there should be none', 'emails', undefined, { emails: [{}] }, 'same'],
  [
    'an element among others',
    work,
    'ada@x.org',
    {
      emails: [
        { type: 'home', value: 'h@x.org' },
        { type: 'work', value: 'ada@x.org' },
      ],
    },
    'same',
  ],
  ['its type in another case', work, 'ada@x.org', { emails: [{ type: 'Work', value: 'ada@x.org' }] }, 'same'],
  ['another value in it', work, 'ada@x.org', { emails: [{ type: 'work', value: 'eve@x.org' }] }, 'differs'],
  [
    'a list that says its types, without it',
    work,
    'ada@x.org',
    { emails: [{ type: 'home', value: 'h@x.org' }] },
    'differs',
  ],
  ['a list without types, with it', work, 'ada@x.org', { emails: [{ value: 'ada@x.org' }] }, 'same'],
  ['a list without types, without it', work, 'ada@x.org', { emails: [{ value: 'eve@x.org' }] }, 'untold'],
  ['a list of texts, with it', work, 'ada@x.org', { emails: ['ada@x.org'] }, 'same'],
  ['one object in place of a list', work, 'ada@x.org', { emails: { type: 'work', value: 'ada@x.org' } }, 'same'],
  [
    'a part that its element does not show',
    'addresses[type eq "work"].region',
    'Oslo',
    { addresses: [{ type: 'work', locality: 'Oslo' }] },
    'absent',
  ],
  ['a part of a name', 'name.givenName', 'Ada', { name: { givenName: 'Ada' } }, 'same'],
  ['a name without this part', 'name.givenName', 'Ada', { name: { familyName: 'Lovelace' } }, 'absent'],
  ['a name as one text', 'name.givenName', 'Ada', { name: 'Ada Lovelace' }, 'untold'],
  [
    'a manager as an object',
    manager,
    'm1',
    { [enterprise]: { manager: { value: 'm1', displayName: 'Boss' } } },
    'same',
  ],
  ['a manager as a text', manager, 'm1', { [enterprise]: { manager: 'm1' } }, 'same'],
  ['a manager in a list', manager, 'm1', { [enterprise]: { manager: [{ value: 'm1' }] } }, 'same'],
  ['another manager', manager, 'm1', { [enterprise]: { manager: { value: 'm2' } } }, 'differs'],
  [
    'a list in another order',
    'urn:example:User:roles',
    ['a', 'b'],
    { 'urn:example:User': { roles: ['b', 'a'] } },
    'same',
  ],
  [
    'a longer list',
    'urn:example:User:roles',
    ['a', 'b'],
    { 'urn:example:User': { roles: ['b', 'a', 'c'] } },
    'differs',
  ],
  ['a list of one in place of a value', 'urn:example:User:role', 'a', { 'urn:example:User': { role: ['a'] } }, 'same'],
  [
    'a value in place of a list of one',
    'urn:example:User:roles',
    ['a'],
    { 'urn:example:User': { roles: 'a' } },
    'same',
  ],
  [
    'elements with more than was sent',
    'roles',
    [{ value: 'admin' }],
    { roles: [{ value: 'admin', type: 'x', primary: false }] },
    'same',
  ],
  ['a password, which is never shown', 'password', 'secret', {}, 'untold'],
];

describe('what a resource says of one attribute', () => {
  for (const [what, path, wanted, body, shown] of cases)
    it(`${what}: ${shown}`, () => {
      assert.equal(compareValue(body, scimPath(path), wanted), shown);
    });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkRule } from '../../../../src/core/mapping/check-rule.ts';
import { scimPath } from '../../../../src/core/mapping/scim-path.ts';
import { compiled } from '../../../support/entries.ts';

const check = (path: string, expression: string) => checkRule(scimPath(path), compiled(expression));

const good: readonly (readonly [path: string, expression: string])[] = [
  ['userName', 'lower(mail)'],
  ['userName', 'mail'],
  ['title', 'split(title, ",")'],
  ['title', 'null'],
  ['active', '!bit(userAccountControl, 2)'],
  ['active', 'nsAccountLock'],
  ['emails[type eq "work"].primary', 'true'],
  ['emails[type eq "work"].value', 'mail'],
  ['emails[type eq "work"]', '{"value": mail}'],
  ['emails', '[{"value": mail}]'],
  ['roles', 'title'],
  ['name', '{"givenName": givenName}'],
  ['enterprise.manager', 'ref(manager)'],
  ['enterprise.manager', 'c == "NO" ? ref(manager) : null'],
  ['enterprise.manager.value', 'first(ref(manager), ref(secretary))'],
  ['enterprise.manager', 'secretary.map(s, ref(s))'],
  ['urn:example:x:level', 'size(sn)'],
  ['urn:example:x:mentor', 'ref(secretary)'],
];

const bad: readonly (readonly [path: string, expression: string, says: RegExp])[] = [
  ['active', 'lower(mail)', /^active wants true or false, and this gives text; compare it/],
  ['active', 'null', /true or false/],
  ['emails[type eq "work"].primary', '"yes"', /true or false/],
  ['userName', '!flag', /wants text, and this gives true or false; write string\(…\)/],
  ['enterprise.employeeNumber', 'int(employeeID)', /string\(…\)/],
  ['title', 'b"abc"', /base64/],
  ['urn:example:x:photo', 'b"abc"', /base64/],
  ['title', 'ref(manager)', /a reference; choose a text/],
  ['title', '{"a": title}', /a map; choose a text/],
  ['enterprise.manager', 'manager', /write ref\(manager\)/],
  ['enterprise.manager.value', 'lower(manager)', /write ref\(…\)/],
  ['emails', 'true', /a list/],
  ['emails[type eq "work"]', '["a"]', /a map/],
  ['members', 'member', /members cannot be mapped/],
  ['id', 'objectGUID', /the target alone/],
  ['groups', 'memberOf', /the target alone/],
];

describe('the rule of a map', () => {
  for (const [path, expression] of good)
    it(`may fill ${path} with ${expression}`, () => assert.equal(check(path, expression), undefined));
  for (const [path, expression, says] of bad)
    it(`may not fill ${path} with ${expression}`, () => assert.match(check(path, expression) ?? '', says));
});

describe('a SCIM path', () => {
  it('has one spelling for what the standard names, and is left alone elsewhere', () => {
    const spelled = {
      USERNAME: 'userName',
      'EMAILS[Type eq "work"].Value': 'emails[type eq "work"].value',
      'enterprise.DEPARTMENT': 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
      'urn:ietf:params:scim:schemas:core:2.0:user:Title': 'title',
      'urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:user:costcenter':
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter',
      'urn:example:x:TITLE': 'urn:example:x:TITLE',
    };
    for (const [path, text] of Object.entries(spelled)) assert.equal(scimPath(path).text, text);
  });
});

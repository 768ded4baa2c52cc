import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assign,
  buildBody,
  canonicalText,
  elementText,
  parseScimPath,
  readScimPath,
  sameScimValue,
  scimPath,
  unassign,
} from '../../../../src/core/mapping/scim-path.ts';
import type { ScimValue } from '../../../../src/core/model/resource.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('a SCIM path in text', () => {
  it('is taken apart', () => {
    const { schema, attribute, filter, sub, text } = scimPath('emails[ type  eq "work" ].value');
    assert.deepEqual(
      { schema, attribute, filter, sub, text },
      {
        schema: undefined,
        attribute: 'emails',
        filter: { attribute: 'type', value: 'work' },
        sub: 'value',
        text: 'emails[type eq "work"].value',
      },
    );
    assert.equal(scimPath('emails[primary eq true].value').filter?.value, true);
    assert.equal(scimPath('enterprise.manager.value').text, `${enterprise}:manager.value`);
    assert.equal(elementText(scimPath('emails[type eq "work"].value')), 'emails[type eq "work"]');
  });

  it('is refused with a sentence when it is none, or reaches for a prototype', () => {
    for (const text of [
      '',
      'a b',
      'emails[type eq work].value',
      'emails[type ne "work"]',
      'a.b.c',
      '__proto__',
      'name.constructor',
      'a[prototype eq "x"].b',
      'emails[type eq "a"b"]',
    ]) {
      assert.equal(typeof parseScimPath(text), 'string', text);
    }
    assert.throws(() => scimPath('a b'), TypeError);
  });
});

describe('a SCIM body', () => {
  it('is put together from paths, elements of one filter in one', () => {
    const values: [string, ScimValue][] = [
      ['userName', 'ann'],
      ['name.givenName', 'Ann'],
      ['emails[type eq "work"].value', 'a@x'],
      ['emails[type eq "work"].primary', true],
      ['emails[type eq "home"].value', 'h@x'],
      [`${enterprise}:department`, 'Sales'],
      [`${enterprise}:manager.value`, '7'],
    ];
    const body = {
      userName: 'ann',
      name: { givenName: 'Ann' },
      emails: [
        { type: 'work', value: 'a@x', primary: true },
        { type: 'home', value: 'h@x' },
      ],
      [enterprise]: { department: 'Sales', manager: { value: '7' } },
    };
    assert.deepEqual(buildBody(new Map(values)), body);
    for (const [path, value] of values) assert.deepEqual(readScimPath(body, scimPath(path)), value, path);
  });

  it('is read and changed without regard to case', () => {
    const body: Record<string, unknown> = {
      USERNAME: 'ann',
      Emails: [{ Type: 'WORK', Value: 'a@x' }],
      [enterprise.toUpperCase()]: { Manager: '7' },
    };
    assert.equal(readScimPath(body, scimPath('userName')), 'ann');
    assert.equal(readScimPath(body, scimPath('emails[type eq "work"].value')), 'a@x');
    assert.equal(readScimPath(body, scimPath('enterprise.manager.value')), '7');
    assign(body, scimPath('emails[type eq "work"].value'), 'b@x');
    assign(body, scimPath('userName'), 'bob');
    assert.deepEqual([body['USERNAME'], body['Emails']], ['bob', [{ Type: 'WORK', Value: 'b@x' }]]);
  });

  it('loses an element when only its type is left of it', () => {
    const body = {
      title: 'x',
      name: { givenName: 'A' },
      emails: [
        { type: 'work', value: 'a@x', primary: true },
        { type: 'home', value: 'h@x', display: 'H' },
      ],
    };
    for (const path of [
      'title',
      'name.givenName',
      'emails[type eq "work"].value',
      'emails[type eq "home"].value',
      'enterprise.department',
    ])
      unassign(body, scimPath(path));
    assert.deepEqual(body, { name: {}, emails: [{ type: 'home', display: 'H' }] });
  });
});

describe('two SCIM values', () => {
  it('are the same when a target means the same', () => {
    const same: readonly (readonly [ScimValue, unknown])[] = [
      [true, 'True'],
      ['7', { value: '7' }],
      [{ value: '7' }, '7'],
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      [{ a: 'x' }, { A: 'x', other: 1 }],
      [{}, undefined],
    ];
    for (const [wanted, held] of same) assert.ok(sameScimValue(wanted, held), JSON.stringify(held));
    const unlike: readonly (readonly [ScimValue, unknown])[] = [
      ['a', 'A'],
      [true, 'no'],
      [['a'], ['a', 'b']],
      [{ a: 'x' }, { a: 'y' }],
      [{ a: 'x' }, null],
      ['a', undefined],
    ];
    for (const [wanted, held] of unlike) assert.ok(!sameScimValue(wanted, held), JSON.stringify(held));
  });

  it('have one text when they differ in the order of names only', () => {
    assert.equal(canonicalText({ b: 'x', a: [{ d: 1, c: 2 }] }), '{"a":[{"c":2,"d":1}],"b":"x"}');
  });
});

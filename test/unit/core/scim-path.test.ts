import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  assign,
  buildBody,
  canonicalText,
  elementText,
  enterpriseUser,
  parseScimPath,
  readScimPath,
  sameScimValue,
  scimPath,
  unassign,
} from '../../../src/core/mapping/scim-path.ts';
import { Reference, type ScimValue } from '../../../src/core/model/resource.ts';

const read = (body: Record<string, unknown>, path: string) => readScimPath(body, scimPath(path));
const without = (body: Record<string, unknown>, path: string) => {
  const copy = structuredClone(body);
  unassign(copy, scimPath(path));
  return copy;
};

describe('parseScimPath', () => {
  const canonical: readonly [string, string][] = [
    ['userName', 'userName'],
    ['  userName ', 'userName'],
    ['name.givenName', 'name.givenName'],
    ['emails[type eq "work"].value', 'emails[type eq "work"].value'],
    ['emails[ type  eq "work" ].value', 'emails[type eq "work"].value'],
    ['emails[primary eq true].value', 'emails[primary eq true].value'],
    ['addresses[type eq "work"]', 'addresses[type eq "work"]'],
    ['enterprise.department', `${enterpriseUser}:department`],
    ['enterprise.manager.value', `${enterpriseUser}:manager.value`],
    [`${enterpriseUser}:manager`, `${enterpriseUser}:manager`],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'userName'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "a:b"].value', 'emails[type eq "a:b"].value'],
    ['urn:example:1.0:X:tags[kind eq "a.b"].value', 'urn:example:1.0:X:tags[kind eq "a.b"].value'],
    ['$ref', '$ref'],
  ];
  for (const [text, expected] of canonical) {
    it(`reads ${text}`, () => {
      const path = parseScimPath(text);
      if (typeof path === 'string') assert.fail(path);
      assert.equal(path.text, expected);
      assert.deepEqual(parseScimPath(path.text), path);
    });
  }
  it('takes a path apart', () => {
    const { text, ...rest } = scimPath('enterprise.x[type eq "work"].value');
    assert.deepEqual(rest, {
      schema: enterpriseUser,
      attribute: 'x',
      filter: { attribute: 'type', value: 'work' },
      sub: 'value',
    });
    assert.equal(elementText(scimPath(text)), `${enterpriseUser}:x[type eq "work"]`);
  });
  for (const text of [
    '',
    'user name',
    'name.',
    '.name',
    'a.b.c',
    'emails[type ne "work"].value',
    'emails[type eq work]',
    'emails[type eq "a"b"]',
    'emails[]',
    'urn:x',
    'a[b eq "c"',
    '1a',
  ]) {
    it(`refuses ${JSON.stringify(text)} in a sentence`, () => {
      const problem = parseScimPath(text);
      assert.ok(typeof problem === 'string');
      assert.match(problem, /is not a SCIM path/);
    });
  }
  for (const text of [
    'constructor',
    'a.prototype',
    'a[constructor eq "x"].b',
    'a.__proto__',
    '__proto__',
    'enterprise.constructor',
  ]) {
    it(`refuses ${text}, which could reach into a prototype`, () => assert.equal(typeof parseScimPath(text), 'string'));
  }
  it('finds in its own text what it printed, whatever the parts are', () => {
    const name = fc.stringMatching(/^[A-Za-z$][A-Za-z0-9_$-]{0,6}$/);
    const option = fc.option(
      fc.record({ attribute: name, value: fc.oneof(fc.boolean(), fc.stringMatching(/^[^"\\\]\n\r]{0,8}$/)) }),
    );
    const schema = fc.constantFrom('', 'urn:example:params:1.0:X:', `${enterpriseUser}:`, 'enterprise.');
    fc.assert(
      fc.property(schema, name, option, fc.option(name), (urn, attribute, filter, sub) => {
        const element = filter === null ? '' : `[${filter.attribute} eq ${JSON.stringify(filter.value)}]`;
        const path = parseScimPath(`${urn}${attribute}${element}${sub === null ? '' : `.${sub}`}`);
        fc.pre(typeof path !== 'string');
        assert.deepEqual(parseScimPath(path.text), path);
      }),
    );
  });
});

describe('buildBody', () => {
  it('puts flat paths together', () => {
    const body = buildBody(
      new Map<string, ScimValue>([
        ['userName', 'anna'],
        ['active', true],
        ['name.givenName', 'Anna'],
        ['name.familyName', 'Berg'],
        ['emails[type eq "work"].value', 'anna@example.org'],
        ['emails[type eq "work"].primary', true],
        ['emails[type eq "home"].value', 'anna@example.net'],
        ['phoneNumbers[primary eq true].value', '1'],
        [`${enterpriseUser}:department`, 'Sales'],
        [`${enterpriseUser}:manager.value`, '26'],
        ['roles', ['a', 'b']],
      ]),
    );
    assert.deepEqual(body, {
      userName: 'anna',
      active: true,
      name: { givenName: 'Anna', familyName: 'Berg' },
      emails: [
        { type: 'work', value: 'anna@example.org', primary: true },
        { type: 'home', value: 'anna@example.net' },
      ],
      phoneNumbers: [{ primary: true, value: '1' }],
      [enterpriseUser]: { department: 'Sales', manager: { value: '26' } },
      roles: ['a', 'b'],
    });
  });
  it('writes a whole element, be it an object or a value', () => {
    assert.deepEqual(
      buildBody(
        new Map<string, ScimValue>([
          ['addresses[type eq "work"]', { locality: 'Berlin' }],
          ['ims[type eq "x"]', 'me'],
        ]),
      ),
      { addresses: [{ type: 'work', locality: 'Berlin' }], ims: [{ type: 'x', value: 'me' }] },
    );
  });
  it('reads back each value that it wrote', () => {
    const paths = [
      'userName',
      'name.givenName',
      'emails[type eq "work"].value',
      'emails[type eq "home"].value',
      'enterprise.department',
      'enterprise.manager.value',
    ];
    const values = fc.uniqueArray(
      fc.record({ path: fc.constantFrom(...paths), value: fc.oneof(fc.string(), fc.integer(), fc.boolean()) }),
      { selector: ({ path }) => path },
    );
    fc.assert(
      fc.property(values, (entries) => {
        const body = buildBody(new Map(entries.map(({ path, value }) => [path, value])));
        for (const { path, value } of entries) assert.deepEqual(read(body, path), value);
      }),
    );
  });
});

describe('readScimPath', () => {
  const body = {
    USERNAME: 'anna',
    name: { GivenName: 'Anna', familyName: null },
    emails: [{ type: 'Home', value: 'h' }, { Type: 'WORK', value: 'w' }, 'loose', null],
    [enterpriseUser.toUpperCase()]: { department: 'Sales', manager: '26' },
  };
  it('compares names, URNs and filter values without case', () => {
    assert.equal(read(body, 'userName'), 'anna');
    assert.equal(read(body, 'name.givenName'), 'Anna');
    assert.equal(read(body, 'emails[type eq "work"].value'), 'w');
    assert.equal(read(body, 'enterprise.department'), 'Sales');
  });
  it('takes a value that stands where an object was expected as its value', () => {
    assert.equal(read(body, 'enterprise.manager.value'), '26');
    assert.equal(read(body, 'enterprise.manager.displayName'), undefined);
  });
  it('finds nothing in what is null, missing or of another shape', () => {
    for (const path of [
      'name.familyName',
      'title',
      'title.value',
      'emails[type eq "other"].value',
      'urn:x:y:z',
      'userName.first',
      'name[type eq "a"].b',
      'toString',
      'valueOf',
    ]) {
      assert.equal(read(body, path), undefined, path);
    }
  });
});

describe('unassign', () => {
  const body = {
    userName: 'a',
    name: { givenName: 'A', familyName: 'B' },
    emails: [
      { type: 'work', value: 'w', primary: true },
      { type: 'home', value: 'h', display: 'H' },
    ],
    [enterpriseUser]: { department: 'Sales' },
  };
  it('takes out an attribute, a sub-attribute, one of an extension', () => {
    assert.equal('userName' in without(body, 'USERNAME'), false);
    assert.deepEqual(without(body, 'name.givenName')['name'], { familyName: 'B' });
    assert.deepEqual(without(body, 'enterprise.department')[enterpriseUser], {});
  });
  it('takes out an element of which nothing but its name is left', () => {
    assert.deepEqual(without(body, 'emails[type eq "work"].value')['emails'], [body.emails[1]]);
    assert.deepEqual(without(body, 'emails[type eq "home"].value')['emails'], [
      body.emails[0],
      { type: 'home', display: 'H' },
    ]);
    assert.deepEqual(without(body, 'emails[type eq "home"]')['emails'], [body.emails[0]]);
  });
  it('leaves what is not there', () => {
    for (const path of ['title', 'title.x', 'ims[type eq "a"].value', 'urn:x:y:z', 'userName.x'])
      assert.deepEqual(without(body, path), body, path);
  });
});

describe('sameScimValue', () => {
  const same: readonly [ScimValue, unknown][] = [
    ['a', 'a'],
    [1, 1],
    [true, true],
    [true, 'True'],
    [false, 'false'],
    ['26', { value: '26', $ref: 'x' }],
    [{ value: '26' }, '26'],
    [{ value: '26' }, { VALUE: '26', display: 'Boss' }],
    [[], undefined],
    [[], null],
    [{}, undefined],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [[{ value: 'a' }], [{ value: 'a', display: 'A' }]],
    [
      ['a', 'a'],
      ['a', 'a'],
    ],
  ];
  const different: readonly [ScimValue, unknown][] = [
    ['a', 'A'],
    ['a', undefined],
    ['a', null],
    ['', undefined],
    [1, '1'],
    [true, false],
    [true, undefined],
    ['26', { display: '26' }],
    [{ value: '26' }, '27'],
    [{ value: '26' }, undefined],
    [['a'], ['a', 'b']],
    [['a', 'b'], ['a']],
    [
      ['a', 'a'],
      ['a', 'b'],
    ],
    [
      ['a', 'b'],
      ['a', 'a'],
    ],
    [['a'], 'a'],
  ];
  for (const [wanted, held] of same)
    it(`${JSON.stringify(wanted)} is ${JSON.stringify(held)}`, () => assert.equal(sameScimValue(wanted, held), true));
  for (const [wanted, held] of different)
    it(`${JSON.stringify(wanted)} is not ${JSON.stringify(held)}`, () =>
      assert.equal(sameScimValue(wanted, held), false));
});

describe('canonicalText', () => {
  it('does not depend on the order of keys, at any depth, and keeps the order of lists', () => {
    assert.equal(
      canonicalText({ b: { d: 1, c: [{ f: 1, e: 2 }] }, a: 'x' }),
      canonicalText({ a: 'x', b: { c: [{ e: 2, f: 1 }], d: 1 } }),
    );
    assert.notEqual(canonicalText(['a', 'b']), canonicalText(['b', 'a']));
  });
  it('tells text from numbers and flags, and prints references by source id', () => {
    assert.equal(new Set(['1', 1, 'true', true].map((value) => canonicalText(value))).size, 4);
    assert.match(canonicalText(new Reference('boss')), /boss/);
  });
});

describe('assign', () => {
  it('uses the spelling that a body has already', () => {
    const body: Record<string, unknown> = {
      UserName: 'a',
      Emails: [{ Type: 'Work', Value: 'w' }],
      Name: { GivenName: 'A' },
    };
    assign(body, scimPath('userName'), 'b');
    assign(body, scimPath('emails[type eq "work"].value'), 'x');
    assign(body, scimPath('name.givenName'), 'B');
    assert.deepEqual(body, { UserName: 'b', Emails: [{ Type: 'Work', Value: 'x' }], Name: { GivenName: 'B' } });
  });
});

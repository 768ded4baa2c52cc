import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patchBody, patchRequests } from '../../../../src/adapters/scim/write/patch.ts';
import { toWire } from '../../../../src/adapters/scim/write/wire-change.ts';
import { layDialect, type PartialDialect } from '../../../../src/core/dialect/layers.ts';
import { rfc7644 } from '../../../../src/core/dialect/rfc7644.ts';
import type { ScimChange } from '../../../../src/ports/scim-target.ts';
import { clear, enterprise, set } from '../../../contract/scim-target.ts';

const requests = (says: PartialDialect, ...changes: readonly ScimChange[]) => {
  const dialect = layDialect(rfc7644, [{ origin: 'profile', says }]);
  return patchRequests(
    changes.map((change) => toWire(change, dialect.values)),
    dialect,
  );
};
const operations = (...changes: readonly ScimChange[]) => requests({}, ...changes).flat();
const work = (sub: string): string => `addresses[type eq "work"].${sub}`;

describe('changes as PATCH operations', () => {
  it('put a new element together, and add it whole', () => {
    assert.deepEqual(
      operations(
        set('phoneNumbers[type eq "work"].value', '1', false),
        set('phoneNumbers[type eq "work"].primary', true, false),
      ),
      [{ op: 'add', path: 'phoneNumbers', value: [{ type: 'work', value: '1', primary: true }] }],
    );
  });

  it('adds new elements of one attribute together: to some targets adding is replacing', () => {
    assert.deepEqual(
      operations(
        set('phoneNumbers[type eq "work"].value', '1', false),
        set('title', 'Chief', false),
        set('phoneNumbers[type eq "mobile"].value', '2', false),
        set('emails[type eq "work"].value', 'a', false),
      ),
      [
        {
          op: 'add',
          path: 'phoneNumbers',
          value: [
            { type: 'work', value: '1' },
            { type: 'mobile', value: '2' },
          ],
        },
        { op: 'add', path: 'title', value: 'Chief' },
        { op: 'add', path: 'emails', value: [{ type: 'work', value: 'a' }] },
      ],
    );
  });

  it('take an element away with its value', () => {
    assert.deepEqual(
      operations(clear('phoneNumbers[type eq "work"].value'), clear('phoneNumbers[type eq "work"].primary')),
      [{ op: 'remove', path: 'phoneNumbers[type eq "work"]' }],
    );
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
    assert.deepEqual(
      operations(
        set('emails[type eq "work"].value', 'a', false),
        clear('emails[type eq "home"].value'),
        set('title', 'x'),
      ),
      [
        { op: 'add', path: 'emails', value: [{ type: 'work', value: 'a' }] },
        { op: 'remove', path: 'emails[type eq "home"]' },
        { op: 'replace', path: 'title', value: 'x' },
      ],
    );
  });
});

const manager = `${enterprise}:manager`;
const department = `${enterprise}:department`;
const mixture = [
  set('active', false),
  set('name.givenName', 'A', false),
  set(department, 'Sales'),
  set(`${manager}.value`, 'b1'),
  set('emails[type eq "work"].value', 'a@x'),
  clear('title'),
];

describe('changes in the words of a dialect', () => {
  it('are one operation an attribute, unless it wants an object, nested or dotted', () => {
    const element = { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x' };
    const removal = { op: 'remove', path: 'title' };
    const cases: readonly (readonly [PartialDialect, readonly unknown[]])[] = [
      [
        {},
        [
          { op: 'replace', path: 'active', value: false },
          { op: 'add', path: 'name.givenName', value: 'A' },
          { op: 'replace', path: department, value: 'Sales' },
          { op: 'replace', path: manager, value: { value: 'b1' } },
          element,
          removal,
        ],
      ],
      [
        { patch: { paths: 'object' } },
        [
          {
            op: 'replace',
            value: { active: false, name: { givenName: 'A' }, [department]: 'Sales', [manager]: { value: 'b1' } },
          },
          element,
          removal,
        ],
      ],
      [
        { patch: { paths: 'object', extensionPaths: 'object' } },
        [
          {
            op: 'replace',
            value: {
              active: false,
              name: { givenName: 'A' },
              [enterprise]: { department: 'Sales', manager: { value: 'b1' } },
            },
          },
          element,
          removal,
        ],
      ],
      [
        { patch: { paths: 'dotted' }, values: { manager: 'sub-attribute' } },
        [
          {
            op: 'replace',
            value: { active: false, 'name.givenName': 'A', [department]: 'Sales', [`${manager}.value`]: 'b1' },
          },
          element,
          removal,
        ],
      ],
      [
        { patch: { extensionPaths: 'object' } },
        [
          { op: 'replace', path: 'active', value: false },
          { op: 'add', path: 'name.givenName', value: 'A' },
          { op: 'replace', path: enterprise, value: { department: 'Sales' } },
          { op: 'replace', path: enterprise, value: { manager: { value: 'b1' } } },
          element,
          removal,
        ],
      ],
    ];
    for (const [says, expected] of cases)
      assert.deepEqual(requests(says, ...mixture), [expected], JSON.stringify(says));
  });

  it('have the manager and booleans in its shape', () => {
    const shapes = { object: { value: 'b1' }, string: 'b1', array: [{ value: 'b1' }] } as const;
    for (const [shape, value] of Object.entries(shapes)) {
      assert.deepEqual(requests({ values: { manager: shape as keyof typeof shapes } }, set(`${manager}.value`, 'b1')), [
        [{ op: 'replace', path: manager, value }],
      ]);
    }
    assert.deepEqual(requests({ values: { manager: 'sub-attribute' } }, set(`${manager}.value`, 'b1')), [
      [{ op: 'replace', path: `${manager}.value`, value: 'b1' }],
    ]);
    assert.deepEqual(requests({ values: { booleans: 'string' } }, set('active', false)), [
      [{ op: 'replace', path: 'active', value: 'False' }],
    ]);
  });

  it('switch active in a request of its own where it wants no path', () => {
    assert.deepEqual(requests({ patch: { activePathless: true } }, set('title', 'x'), set('active', true)), [
      [{ op: 'replace', value: { active: true } }],
      [{ op: 'replace', path: 'title', value: 'x' }],
    ]);
  });

  it('clear by removal, with null, with nothing in it, or not at all', () => {
    const changes = [clear('title'), clear('emails')];
    const said = (clearing: 'remove' | 'null' | 'empty' | 'skip') =>
      requests({ patch: { clear: clearing } }, ...changes).flat();
    assert.deepEqual(said('remove'), [
      { op: 'remove', path: 'title' },
      { op: 'remove', path: 'emails' },
    ]);
    assert.deepEqual(said('null'), [
      { op: 'replace', path: 'title', value: null },
      { op: 'replace', path: 'emails', value: null },
    ]);
    assert.deepEqual(said('empty'), [
      { op: 'replace', path: 'title', value: '' },
      { op: 'replace', path: 'emails', value: [] },
    ]);
    assert.deepEqual(said('skip'), []);
  });

  it('mark a new element as the primary one, and write log-ins in lower case', () => {
    const says = { values: { primary: true, lowerCaseLogins: true } };
    assert.deepEqual(
      requests(
        says,
        set('userName', 'Al'),
        set('emails[type eq "work"].value', 'Al@X', false),
        set('displayName', 'Al'),
      ).flat(),
      [
        { op: 'replace', path: 'userName', value: 'al' },
        { op: 'add', path: 'emails', value: [{ type: 'work', value: 'al@x', primary: true }] },
        { op: 'replace', path: 'displayName', value: 'Al' },
      ],
    );
  });

  it('come in as many requests as it takes, in their order', () => {
    const names = ['title', 'nickName', 'displayName', 'locale', 'timezone'];
    const sizes = requests({ patch: { maxOperations: 2 } }, ...names.map((name) => set(name, 'x')));
    assert.deepEqual(
      sizes.map((request) => request.map(({ path }) => path)),
      [['title', 'nickName'], ['displayName', 'locale'], ['timezone']],
    );
  });

  it('have verbs as Entra spells them where it is told to', () => {
    assert.deepEqual(patchBody([{ op: 'remove', path: 'title' }], 'capital')['Operations'], [
      { op: 'Remove', path: 'title' },
    ]);
  });
});

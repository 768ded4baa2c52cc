import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartialBehaviour } from '../../support/scim-server/index.ts';
import { begin, enterprise, patch, replace } from './stage.ts';

type Case = readonly [
  what: string,
  behaviour: PartialBehaviour,
  operations: readonly unknown[],
  outcome: number | Record<string, unknown>,
];
const work = 'emails[type eq "work"].value';
const emails = [{ type: 'work', value: 'a@x' }];

/** Each on an account with a work e-mail, a title and a manager; a number is the status of a refusal. */
const cases: readonly Case[] = [
  ['lower case where the RFC has it', {}, [{ op: 'Replace', path: 'title', value: 'x' }], 400],
  [
    'capital letters also',
    { patch: { operationCase: 'any' } },
    [{ op: 'Replace', path: 'title', value: 'x' }],
    { title: 'x' },
  ],
  ['capital letters only', { patch: { operationCase: 'capital' } }, [replace('title', 'x')], 400],
  [
    'capital letters wanted and sent',
    { patch: { operationCase: 'capital' } },
    [{ op: 'Add', path: 'title', value: 'x' }],
    { title: 'x' },
  ],
  ['a path that is needed', { patch: { paths: 'required' } }, [{ op: 'replace', value: { title: 'x' } }], 400],
  ['a path that is not wanted', { patch: { paths: 'absent' } }, [replace('title', 'x')], 400],
  [
    'a path that is not wanted, with a filter',
    { patch: { paths: 'absent' } },
    [replace(work, 'b@x')],
    { emails: [{ type: 'work', value: 'b@x' }] },
  ],
  [
    'two attributes without a path',
    { patch: { paths: 'single' } },
    [{ op: 'replace', value: { title: 'x', nickName: 'y' } }],
    400,
  ],
  [
    'one attribute without a path',
    { patch: { paths: 'single' } },
    [{ op: 'replace', value: { title: 'x' } }],
    { title: 'x' },
  ],
  ['filters refused', { patch: { valueFilters: 'refused' } }, [replace(work, 'b@x')], 400],
  ['filters ignored', { patch: { valueFilters: 'ignored' } }, [replace(work, 'b@x')], { emails }],
  [
    'filters ignored beside others',
    { patch: { valueFilters: 'ignored' } },
    [replace(work, 'b@x'), replace('title', 'x')],
    { emails, title: 'x' },
  ],
  ['filters that never match', { patch: { valueFilters: 'no-target' } }, [replace(work, 'b@x')], 400],
  ['a filter without a hit', {}, [replace('emails[type eq "home"].value', 'h@x')], 400],
  [
    'a filter without a hit that makes an element',
    { patch: { noMatch: 'adds' } },
    [replace('emails[type eq "home"].value', 'h@x')],
    { emails: [...emails, { type: 'home', value: 'h@x' }] },
  ],
  ['an extension by colon', { patch: { extensions: 'object' } }, [replace(`${enterprise}:department`, 'Sales')], 400],
  [
    'an extension as an object',
    { patch: { extensions: 'colon' } },
    [{ op: 'add', value: { [enterprise]: { department: 'Sales' } } }],
    400,
  ],
  [
    'an extension as an object, wanted',
    { patch: { extensions: 'object' } },
    [{ op: 'add', value: { [enterprise]: { department: 'Sales' } } }],
    { [enterprise]: { manager: { value: 'm1' }, department: 'Sales' } },
  ],
  [
    'an extension by its URN',
    {},
    [{ op: 'add', path: enterprise, value: { department: 'Sales' } }],
    { [enterprise]: { manager: { value: 'm1' }, department: 'Sales' } },
  ],
  ['dotted keys', {}, [{ op: 'replace', value: { 'name.givenName': 'Al' } }], { name: { givenName: 'Al' } }],
  [
    'dotted keys refused',
    { patch: { dottedKeys: false } },
    [{ op: 'replace', value: { 'name.givenName': 'Al' } }],
    400,
  ],
  ['null', {}, [replace('title', null)], 400],
  ['null that clears', { patch: { clear: ['null'] } }, [replace('title', null)], { title: undefined }],
  ['an empty text that clears', { patch: { clear: ['empty'] } }, [replace('title', '')], { title: undefined }],
  ['an empty list that clears', { patch: { clear: ['empty'] } }, [replace('emails', [])], { emails: undefined }],
  ['remove refused', { patch: { clear: ['null'] } }, [{ op: 'remove', path: 'title' }], 400],
  ['active alone', { patch: { active: 'alone' } }, [{ op: 'replace', value: { active: false } }], { active: false }],
  ['active with a path', { patch: { active: 'alone' } }, [replace('active', false)], 400],
  [
    'active beside others',
    { patch: { active: 'alone' } },
    [{ op: 'replace', value: { active: false, title: 'x' } }],
    400,
  ],
  ['too many operations', { patch: { maxOperations: 1 } }, [replace('title', 'x'), replace('nickName', 'y')], 400],
  [
    'add that replaces',
    { patch: { addReplaces: true } },
    [{ op: 'add', path: 'emails', value: [{ value: 'n@x' }] }],
    { emails: [{ value: 'n@x' }] },
  ],
  ['booleans as text', {}, [replace('active', 'False')], 400],
  ['booleans as text also', { values: { booleans: 'either' } }, [replace('active', 'False')], { active: false }],
  ['booleans as text only', { values: { booleans: 'string' } }, [replace('active', false)], 400],
  ['the manager as text', {}, [replace(`${enterprise}:manager`, 'm2')], 400],
  [
    'the manager as text, wanted',
    { values: { manager: ['string'] } },
    [replace(`${enterprise}:manager`, 'm2')],
    { [enterprise]: { manager: { value: 'm2' } } },
  ],
  [
    'the manager as a list, wanted',
    { values: { manager: ['array'] } },
    [replace('manager', [{ value: 'm2' }])],
    { [enterprise]: { manager: { value: 'm2' } } },
  ],
  [
    'the manager as an object, not wanted',
    { values: { manager: ['string'] } },
    [replace(`${enterprise}:manager`, { value: 'm2' })],
    400,
  ],
  [
    'the manager by its sub-attribute, not wanted',
    { values: { manager: ['object'] } },
    [replace(`${enterprise}:manager.value`, 'm2')],
    400,
  ],
  ['an attribute that is refused', { users: { refused: ['title'] } }, [replace('title', 'x')], 400],
  ['an attribute that is ignored', { users: { ignored: ['title'] } }, [replace('title', 'x')], { title: 'Boss' }],
  ['an attribute that never changes', { users: { immutable: ['userName'] } }, [replace('userName', 'x')], 400],
  ['a required attribute taken away', { users: { required: ['title'] } }, [{ op: 'remove', path: 'title' }], 400],
  ['nothing but active', { users: { patch: 'active' } }, [replace('title', 'x')], 400],
  ['nothing but active, switched', { users: { patch: 'active' } }, [replace('active', false)], { active: false }],
  ['nothing but deactivation', { users: { patch: 'deactivate' } }, [replace('active', true)], 400],
  ['PATCH not allowed', { users: { patch: 405 } }, [replace('title', 'x')], 405],
  ['PATCH not implemented', { users: { patch: 501 } }, [replace('title', 'x')], 501],
  ['PATCH not found', { users: { patch: 404 } }, [replace('title', 'x')], 404],
];

describe('PATCH of users, as the SCIM server is told to take it', () => {
  for (const [what, behaviour, operations, outcome] of cases) {
    it(`${what}: ${typeof outcome === 'number' ? outcome : 'done'}`, async (context) => {
      const { server, ask, makeUser } = await begin(context);
      const id = await makeUser('alice', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
        title: 'Boss',
        emails,
        [enterprise]: { manager: { value: 'm1' } },
      });
      server.setBehaviour(behaviour);
      const before = server.users();
      const { status, text } = await ask('PATCH', `/Users/${id}`, patch(...operations));
      if (typeof outcome === 'number') {
        assert.equal(status, outcome);
        assert.deepEqual(server.users(), before);
        return;
      }
      assert.equal(status, 200, text);
      const [after = {}] = server.users();
      assert.deepEqual(Object.fromEntries(Object.keys(outcome).map((name) => [name, after[name]])), outcome);
      assert.deepEqual([server.violations, server.refusals], [[], []]);
    });
  }

  it('tells what breaks the RFC from what only this server refuses', async (context) => {
    const { server, ask, makeUser } = await begin(context, { patch: { paths: 'required' } });
    const id = await makeUser('alice');
    await ask('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { title: 'x' } }));
    assert.deepEqual([server.violations.length, server.refusals.length], [0, 1]);
    await ask('PATCH', `/Users/${id}`, patch({ op: 'move', path: 'title', value: 'x' }));
    assert.deepEqual([server.violations.length, server.refusals.length], [1, 1]);
  });

  it('can leave half of a PATCH behind', async (context) => {
    const half = patch(replace('title', 'x'), replace('emails[type eq "home"].value', 'h@x'));
    for (const [atomic, title] of [
      [true, undefined],
      [false, 'x'],
    ] as const) {
      const { server, ask, makeUser } = await begin(context, { patch: { atomic } });
      const id = await makeUser('alice');
      assert.equal((await ask('PATCH', `/Users/${id}`, half)).status, 400);
      assert.equal(server.users()[0]?.['title'], title);
    }
  });
});

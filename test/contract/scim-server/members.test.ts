import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartialBehaviour } from '../../support/scim-server/index.ts';
import { begin, group, memberIds, patch, rowsOf, search } from './stage.ts';

type Case = readonly [
  what: string,
  behaviour: PartialBehaviour['members'],
  operation: (a: string, b: string, c: string) => unknown,
  outcome: number | 'a' | 'ab' | 'abc' | 'abb' | 'b' | '',
];

/** Each on a group with a and b; c is nobody's member. */
const cases: readonly Case[] = [
  ['add as a list', {}, (_a, _b, c) => ({ op: 'add', path: 'members', value: [{ value: c }] }), 'abc'],
  ['add without a path', {}, (_a, _b, c) => ({ op: 'add', value: { members: [{ value: c }] } }), 'abc'],
  [
    'add as a list, not wanted',
    { add: ['pathless'] },
    (_a, _b, c) => ({ op: 'add', path: 'members', value: [{ value: c }] }),
    400,
  ],
  ['add as bare ids', {}, (_a, _b, c) => ({ op: 'add', path: 'members', value: [c] }), 400],
  ['add as bare ids, wanted', { add: ['ids'] }, (_a, _b, c) => ({ op: 'add', path: 'members', value: [c] }), 'abc'],
  ['add as one bare id, wanted', { add: ['ids'] }, (_a, _b, c) => ({ op: 'add', path: 'members', value: c }), 'abc'],
  ['add nested', {}, (_a, _b, c) => ({ op: 'add', path: 'members', value: { members: [{ value: c }] } }), 400],
  [
    'add nested, wanted',
    { add: ['nested'] },
    (_a, _b, c) => ({ op: 'add', path: 'members', value: { members: [{ value: c }] } }),
    'abc',
  ],
  ['add who is there', {}, (_a, b) => ({ op: 'add', path: 'members', value: [{ value: b }] }), 'ab'],
  [
    'add who is there, twice',
    { repeated: 'twice' },
    (_a, b) => ({ op: 'add', path: 'members', value: [{ value: b }] }),
    'abb',
  ],
  ['remove by filter', {}, (_a, b) => ({ op: 'remove', path: `members[value eq "${b}"]` }), 'a'],
  [
    'remove by filter, not wanted',
    { remove: ['values'] },
    (_a, b) => ({ op: 'remove', path: `members[value eq "${b}"]` }),
    400,
  ],
  [
    'remove by filter, ignored',
    { remove: ['values'], otherRemovals: 'ignored' },
    (_a, b) => ({ op: 'remove', path: `members[value eq "${b}"]` }),
    'ab',
  ],
  ['remove by or', {}, (a, b) => ({ op: 'remove', path: `members[value eq "${a}" or value eq "${b}"]` }), ''],
  [
    'remove by or, not wanted',
    { remove: ['filter'] },
    (a, b) => ({ op: 'remove', path: `members[value eq "${a}" or value eq "${b}"]` }),
    400,
  ],
  ['remove by values', {}, (_a, b) => ({ op: 'remove', path: 'members', value: [{ value: b }] }), 400],
  [
    'remove by values, wanted',
    { remove: ['values'] },
    (a, _b, c) => ({ op: 'remove', path: 'members', value: [{ value: a }, { value: c }] }),
    'b',
  ],
  ['remove all', {}, () => ({ op: 'remove', path: 'members' }), ''],
  ['remove all, not wanted', { remove: ['filter'] }, () => ({ op: 'remove', path: 'members' }), 400],
  ['replace all', {}, (_a, b) => ({ op: 'replace', path: 'members', value: [{ value: b }] }), 'b'],
  [
    'replace all, not wanted',
    { replace: 'refused' },
    (_a, b) => ({ op: 'replace', path: 'members', value: [{ value: b }] }),
    400,
  ],
  [
    'too many in a request',
    { maxPerRequest: 1 },
    (a, b) => ({ op: 'remove', path: `members[value eq "${a}" or value eq "${b}"]` }),
    400,
  ],
  [
    'too many in a request, with 413',
    { maxPerRequest: 1, tooManyStatus: 413 },
    (a, b) => ({ op: 'add', path: 'members', value: [{ value: a }, { value: b }] }),
    413,
  ],
  [
    'too many in an operation',
    { maxPerOperation: 1 },
    (a, b) => ({ op: 'add', path: 'members', value: [{ value: a }, { value: b }] }),
    400,
  ],
  ['who does not exist', {}, () => ({ op: 'add', path: 'members', value: [{ value: 'nobody' }] }), 400],
  [
    'who does not exist, left out',
    { unknown: 'dropped' },
    () => ({ op: 'add', path: 'members', value: [{ value: 'nobody' }] }),
    'ab',
  ],
];

describe('members, as the SCIM server is told to take them', () => {
  for (const [what, members, operation, outcome] of cases) {
    it(`${what}: ${outcome === '' ? 'nobody is left' : outcome}`, async (context) => {
      const { server, ask, makeUser, makeGroup } = await begin(context);
      const [a, b, c] = [await makeUser('a'), await makeUser('b'), await makeUser('c')];
      const id = await makeGroup('Crew', [a, b]);
      server.setBehaviour({ members: members ?? {} });
      const { status, text } = await ask('PATCH', `/Groups/${id}`, patch(operation(a, b, c)));
      assert.equal(status, typeof outcome === 'number' ? outcome : 200, text);
      const names = new Map([
        [a, 'a'],
        [b, 'b'],
        [c, 'c'],
      ]);
      assert.equal(
        memberIds(server)
          .map((one) => names.get(String(one)))
          .join(''),
        typeof outcome === 'number' ? 'ab' : outcome,
      );
      if (typeof outcome === 'string') assert.deepEqual([server.violations, server.refusals], [[], []]);
    });
  }

  it('can want them after the creation, or only some at it, or no groups among them', async (context) => {
    const { server, ask, makeUser, makeGroup } = await begin(context);
    const [a, b, other] = [await makeUser('a'), await makeUser('b'), await makeGroup('Other')];
    const make = async (...members: string[]): Promise<number> =>
      (
        await ask('POST', '/Groups', {
          schemas: [group],
          displayName: 'Crew',
          members: members.map((value) => ({ value })),
        })
      ).status;
    server.setBehaviour({ members: { onCreate: 'refused' } });
    assert.equal(await make(a), 400);
    server.setBehaviour({ members: { maxOnCreate: 1 } });
    assert.equal(await make(a, b), 400);
    server.setBehaviour({ members: { nested: false } });
    assert.equal(await make(other), 400);
    assert.equal(await make(a), 201);
  });

  it('can show them always, one by one, when asked or never', async (context) => {
    const { server, ask, makeUser, makeGroup } = await begin(context);
    const id = await makeGroup('Crew', [await makeUser('a')]);
    const seen = async (): Promise<readonly boolean[]> => {
      const one = await ask('GET', `/Groups/${id}`);
      const asked = await ask('GET', `/Groups/${id}?attributes=members`);
      const [row] = rowsOf(await ask('GET', `/Groups?${search('displayName eq "crew"')}`));
      const [without] = rowsOf(await ask('GET', '/Groups?excludedAttributes=members'));
      return [one.body, asked.body, row ?? {}, without ?? {}].map((body) => 'members' in body);
    };
    assert.deepEqual(await seen(), [true, true, true, false]);
    server.setBehaviour({ members: { shown: 'single' } });
    assert.deepEqual(await seen(), [true, true, false, false]);
    server.setBehaviour({ members: { shown: 'attributes' } });
    assert.deepEqual(await seen(), [false, true, false, false]);
    server.setBehaviour({ members: { shown: 'never' } });
    assert.deepEqual(await seen(), [false, false, false, false]);
  });

  it('can keep a member who is deleted, and refuse to mix members with attributes', async (context) => {
    const { server, ask, makeUser, makeGroup } = await begin(context, {
      members: { endsWithUser: false },
      patch: { mixed: false },
    });
    const a = await makeUser('a');
    const id = await makeGroup('Crew', [a]);
    const both = patch(
      { op: 'replace', path: 'displayName', value: 'X' },
      { op: 'remove', path: `members[value eq "${a}"]` },
    );
    assert.equal((await ask('PATCH', `/Groups/${id}`, both)).status, 400);
    assert.equal((await ask('DELETE', `/Users/${a}`)).status, 204);
    assert.deepEqual(memberIds(server), [a]);
  });
});

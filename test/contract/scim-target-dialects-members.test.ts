import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TargetId } from '../../src/core/model/link.ts';
import { applied, failureClass, members, signal } from './scim-target.ts';
import { begin, createPerson, createTeam, memberIds } from './scim-target-dialects-stage.ts';

describe('members that a target refuses', () => {
  for (const tooManyStatus of [400, 413] as const) {
    it(`are sent in smaller pieces after ${tooManyStatus}, and that is learned`, async (context) => {
      const stage = await begin(context, {
        members: { maxPerRequest: 3, tooManyStatus },
        errors: { scimTypes: false },
      });
      const { group, ids } = await createTeam(stage, 12);
      applied(await stage.target.changeMembers(group, members(ids), signal));
      assert.deepEqual([memberIds(stage), stage.learned()], [[...ids].sort(), { 'members.addPerRequest': 3 }]);
      assert.equal(stage.target.memberChunk.add, 3);
      stage.sent();
      applied(await stage.target.changeMembers(group, members([], ids, ids), signal));
      assert.deepEqual([memberIds(stage), stage.learned()['members.removePerRequest']], [[], 3]);
    });
  }

  it('are removed by value where a path with a filter is refused or ignored, and that is learned', async (context) => {
    for (const otherRemovals of ['refused', 'ignored'] as const) {
      const stage = await begin(context, { members: { remove: ['values'], otherRemovals } });
      const { group, ids } = await createTeam(stage, 5);
      applied(await stage.target.changeMembers(group, members(ids), signal));
      const [a = '', b = '', ...others] = ids;
      applied(await stage.target.changeMembers(group, members([], [a, b], ids), signal));
      assert.deepEqual([memberIds(stage), stage.learned()], [[...others].sort(), { 'members.remove': 'values' }]);
      stage.sent();
      applied(await stage.target.changeMembers(group, members([], others.slice(0, 2), others), signal));
      assert.deepEqual([stage.sent(), memberIds(stage)], [['PATCH Groups'], others.slice(2)]);
    }
  });

  it('are put back when a removal by value took everybody out', async (context) => {
    const stage = await begin(
      context,
      { members: { remove: ['all'] } },
      {},
      {
        // A server that overlooks the value: "remove members" is what is left.
        before({ body }) {
          const operation = (
            body?.['Operations'] as
              { readonly op: string; readonly path?: string; readonly value?: unknown }[] | undefined
          )?.[0];
          if (operation?.op !== 'remove' || operation.value === undefined) return undefined;
          delete (operation as { value?: unknown }).value;
          return undefined;
        },
      },
    );
    const { group, ids: everybody } = await createTeam(stage, 4);
    applied(await stage.target.changeMembers(group, members(everybody), signal));
    const outcome = await stage.target.changeMembers(group, members([], everybody.slice(0, 1), everybody), signal);
    assert.equal(failureClass(outcome), 'rejected');
    assert.deepEqual([memberIds(stage), stage.learned()], [everybody.slice(1).sort(), {}]);
  });

  it('stay when the group does not show them: nothing is tried that could empty it', async (context) => {
    const stage = await begin(context, { members: { remove: ['values'], shown: 'never' } });
    const { group, ids } = await createTeam(stage, 3);
    applied(await stage.target.changeMembers(group, members(ids), signal));
    assert.equal(
      failureClass(await stage.target.changeMembers(group, members([], ids.slice(0, 1), ids), signal)),
      'rejected',
    );
    assert.deepEqual([memberIds(stage), stage.learned()], [[...ids].sort(), { 'members.read': 'own-record' }]);
  });

  it('are not missed by a target that does not say why it refuses', async (context) => {
    const stage = await begin(context, { errors: { scimTypes: false } });
    const { group, ids } = await createTeam(stage, 3);
    const [a = '', b = '', c = ''] = ids;
    applied(await stage.target.changeMembers(group, members([a, b]), signal));
    applied(await stage.target.changeMembers(group, members([], [b, c], ids), signal));
    assert.deepEqual([memberIds(stage), stage.learned()], [[a], {}]);
  });

  it('are no reason to take the group for gone, when a 404 is about one of them', async (context) => {
    const stage = await begin(
      context,
      {},
      {},
      {
        before: ({ method, body }) =>
          method === 'PATCH' && JSON.stringify(body).includes('nobody')
            ? { kind: 'answer', status: 404, body: { detail: 'no such member' } }
            : undefined,
      },
    );
    const { group, ids } = await createTeam(stage, 1);
    assert.equal(
      failureClass(await stage.target.changeMembers(group, members([...ids, 'nobody']), signal)),
      'rejected',
    );
    assert.equal(failureClass(await stage.target.changeMembers('no-such-group', members(ids), signal)), 'gone');
    assert.deepEqual(stage.learned(), {});
  });

  it('are replaced as a whole where that is said to be safe, and only there', async (context) => {
    for (const replace of [false, true]) {
      const stage = await begin(context, { members: { remove: ['all'], shown: 'never' } }, { members: { replace } });
      const { group, ids } = await createTeam(stage, 3);
      applied(await stage.target.changeMembers(group, members(ids), signal));
      const outcome = await stage.target.changeMembers(group, members([], ids.slice(0, 1), ids), signal);
      assert.equal(failureClass(outcome), replace ? 'applied' : 'rejected');
      assert.deepEqual(memberIds(stage), (replace ? ids.slice(1) : [...ids]).sort());
    }
  });
});

describe('a group that is created with members', () => {
  const crew = new Map([['displayName', 'Crew']]);
  const asked = (ids: readonly TargetId[]): { readonly id: TargetId; readonly type: 'user' }[] =>
    ids.map((id) => ({ id, type: 'user' }));

  it('has those whom the target took', async (context) => {
    const stage = await begin(
      context,
      { members: { unknown: 'dropped' } },
      { members: { onCreate: 'include', addPerRequest: 3 } },
    );
    assert.equal(stage.target.memberChunk.create, 3);
    const ids = [await createPerson(stage, 'a'), await createPerson(stage, 'b')];
    const outcome = await stage.target.create('group', crew, signal, asked([...ids, 'nobody']));
    assert.deepEqual(outcome.kind === 'applied' && outcome.members, ids);
    assert.deepEqual(memberIds(stage), [...ids].sort());
  });

  it('is created without them when it is refused with them, and that is learned', async (context) => {
    const stage = await begin(context, { members: { onCreate: 'refused' } }, { members: { onCreate: 'include' } });
    const outcome = await stage.target.create('group', crew, signal, asked([await createPerson(stage, 'a')]));
    assert.deepEqual(
      [outcome.kind === 'applied' && outcome.members, stage.learned(), stage.target.memberChunk.create],
      [undefined, { 'members.onCreate': 'after' }, 0],
    );
  });

  it('gets no more than fits into a request', async (context) => {
    const stage = await begin(context, {}, { members: { onCreate: 'include', maxBytes: 300 } });
    const ids = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => createPerson(stage, name)));
    const outcome = await stage.target.create('group', crew, signal, asked(ids));
    const bytes = Buffer.byteLength(JSON.stringify(stage.server.requests.at(-1)?.body));
    assert.ok(bytes <= 300 && bytes > 200, String(bytes));
    assert.deepEqual(memberIds(stage), [...((outcome.kind === 'applied' && outcome.members) || [])].sort());
  });
});

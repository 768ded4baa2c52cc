import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import type { MemberChange } from '../../src/ports/scim-target.ts';
import type { Fault, ScimRequestRecord } from '../support/scim-server/faults.ts';
import { applied, failureClass, signal } from './scim-target.ts';
import { begin, createTeam, memberIds } from './scim-target-dialects-stage.ts';

const join = (ids: readonly string[], current: readonly string[] = []): MemberChange => ({
  add: ids.map((id) => ({ id, type: 'user' as const })),
  remove: [],
  current: () => Promise.resolve(current),
});
/** Takes a change of members, says so, and does nothing. */
const dropped = ({ method, path }: ScimRequestRecord): Fault | undefined =>
  method === 'PATCH' && path.startsWith('/Groups/') ? { kind: 'answer', status: 204 } : undefined;
const noSearches = ({ method, path }: ScimRequestRecord): Fault | undefined =>
  method === 'GET' && path.includes('filter=') ? { kind: 'answer', status: 501 } : undefined;

describe('the first members of an empty group that shows nobody afterwards', () => {
  it('are not taken for hidden where the target has done nothing', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 2);
    stage.server.setFaults({ before: dropped });
    for (let times = 0; times < 4; times += 1)
      assert.equal(failureClass(await stage.target.changeMembers(group, join(ids), signal)), 'protocol');
    assert.deepEqual(stage.learned(), {});
    stage.server.setFaults({});
    applied(await stage.target.changeMembers(group, join(ids), signal));
    assert.deepEqual(memberIds(stage), [...ids].sort());
  });

  it('are refused where other groups show theirs', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 2);
    const other = applied(await stage.target.create('group', new Map([['displayName', 'Cabin']]), signal));
    applied(await stage.target.changeMembers(other, join(ids), signal));
    stage.server.setFaults({ before: dropped });
    assert.equal(failureClass(await stage.target.changeMembers(group, join(ids), signal)), 'rejected');
  });

  it('are found by a search for the group by them, and hidden from then on', async (context) => {
    const stage = await begin(context, { members: { shown: 'never' } });
    const { group, ids } = await createTeam(stage, 4);
    applied(await stage.target.changeMembers(group, join(ids.slice(0, 2)), signal));
    assert.deepEqual(stage.learned(), { 'members.read': 'own-record' });
    stage.sent();
    applied(await stage.target.changeMembers(group, join(ids.slice(2), ids.slice(0, 2)), signal));
    assert.deepEqual(stage.sent(), ['PATCH Groups']);
    assert.deepEqual(memberIds(stage), [...ids].sort());
  });

  it('are not taken for hidden when they have come while others were asked', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 2);
    let readings = 0;
    stage.server.setFaults({
      before: ({ method, path }) =>
        method === 'GET' && path.startsWith(`/Groups/${group}`) && readings++ < 2
          ? { kind: 'answer', status: 200, body: { schemas: [], id: group, displayName: 'Crew' } }
          : method === 'PATCH'
            ? { kind: 'garble', body: 'null', headers: { 'content-type': 'application/json' } }
            : undefined,
    });
    applied(await stage.target.changeMembers(group, join(ids), signal));
    assert.deepEqual([stage.learned(), memberIds(stage)], [{}, [...ids].sort()]);
  });

  it('are found by the groups that they name', async (context) => {
    const stage = await begin(context, { members: { shown: 'never' } });
    const { group, ids } = await createTeam(stage, 1);
    const [held = {}] = stage.server.users();
    const shown: Fault = { kind: 'answer', status: 200, body: { ...held, groups: [{ value: group }] } };
    stage.server.setFaults({
      before: (request) =>
        noSearches(request) ?? (request.method === 'GET' && request.path.startsWith('/Users/') ? shown : undefined),
    });
    applied(await stage.target.changeMembers(group, join(ids), signal));
    assert.equal(stage.learned()['members.read'], 'own-record');
  });

  it('are not known to be in where nothing tells, and the failure says what to set', async (context) => {
    const stage = await begin(context, { members: { shown: 'never' } });
    const { group, ids } = await createTeam(stage, 1);
    stage.server.setFaults({ before: noSearches });
    const outcome = await stage.target.changeMembers(group, join(ids), signal);
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.failure.detail, /set members\.read: own-record/);
    const told = await begin(
      context,
      { members: { shown: 'never' } },
      { members: { ...rfc7644.members, read: 'own-record' } },
    );
    const team = await createTeam(told, 1);
    applied(await told.target.changeMembers(team.group, join(team.ids), signal));
    assert.deepEqual(told.sent(), ['PATCH Groups']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import { cycleStage, person, team } from '../support/cycle-stage.ts';
import type { Fault } from '../support/scim-server/faults.ts';
import { applied, failureClass, members, signal } from './scim-target.ts';
import { begin, createTeam, memberIds } from './scim-target-dialects-stage.ts';

const missing: Fault = { kind: 'answer', status: 404, headers: { 'content-type': 'text/html' }, body: '<pre>Cannot PATCH /scim/v2/Groups/1</pre>' };
const noTarget: Fault = { kind: 'answer', status: 400, body: { scimType: 'noTarget', detail: 'no such member' } };
const hidden = { members: { ...rfc7644.members, read: 'own-record' as const } };

describe('a PATCH of members that is answered with 404 although the group is there', () => {
  it('was a bad day where PATCH was taken before: nothing is written whole, and nothing learned', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 3);
    applied(await stage.target.changeMembers(group, members(ids.slice(0, 2)), signal));
    stage.server.setFaults({ before: ({ method }) => (method === 'PATCH' ? missing : undefined) });
    stage.server.clearRequests();
    assert.equal(failureClass(await stage.target.changeMembers(group, members(ids.slice(2), [], ids.slice(0, 2)), signal)), 'transient');
    assert.equal(stage.server.requests.some(({ method }) => method === 'PUT'), false);
    stage.server.setFaults({});
    applied(await stage.target.changeMembers(group, members(ids.slice(2), [], ids.slice(0, 2)), signal));
    assert.deepEqual([memberIds(stage), stage.learned()], [[...ids].sort(), {}]);
  });

  it('leads to a PUT where it was never taken, and to none where the group does not show whom others put there', async (context) => {
    for (const shown of ['always', 'never'] as const) {
      const stage = await begin(context, { groups: { patch: 404 }, http: { noRoute: 'page' }, members: { shown } });
      const { group, ids } = await createTeam(stage, 2);
      await fetch(`${stage.server.url}/Groups/${group}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/scim+json' },
        body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Crew', externalId: 'g', members: [{ value: ids[0] }] }),
      });
      const outcome = await stage.target.changeMembers(group, members(ids.slice(1), [], ids.slice(0, 1)), signal);
      assert.equal(failureClass(outcome), shown === 'always' ? 'applied' : 'unsupported');
      assert.deepEqual(memberIds(stage), shown === 'always' ? [...ids].sort() : ids.slice(0, 1));
    }
  });
});

describe('a removal that is answered with noTarget by a group that does not show its members', () => {
  it('is done where removals were taken before, and otherwise a refusal', async (context) => {
    for (const before of [true, false]) {
      const stage = await begin(context, { members: { shown: 'never' } }, hidden);
      const { group, ids } = await createTeam(stage, 2);
      applied(await stage.target.changeMembers(group, members(ids), signal));
      if (before) applied(await stage.target.changeMembers(group, members([], ids.slice(1), ids), signal));
      stage.server.setFaults({ before: ({ method }) => (method === 'PATCH' ? noTarget : undefined) });
      assert.equal(failureClass(await stage.target.changeMembers(group, members([], ids.slice(0, 1), ids), signal)), before ? 'applied' : 'rejected');
    }
  });

  it('leaves the member in doubt when it was refused: they are put in again when they come back', async (context) => {
    const stage = await begin(context, {}, hidden);
    const company = cycleStage([person('ada'), person('ben'), team('crew', ['ada', 'ben'])]);
    const input = { prepare: () => Promise.resolve({ ...company.setup, target: stage.target }), attempt: 'asked' as const };
    await company.cycle(input);
    company.source.put(team('crew', ['ada']));
    // Taken out, and answered as if it had been refused.
    let isOver = false;
    stage.server.setFaults({ before: ({ method }) => (method === 'PATCH' && !isOver ? { kind: 'garble', status: 500, body: '{"detail":"no"}' } : undefined) });
    const { report } = await company.cycle(input);
    assert.equal(report.failed.length, 1);
    isOver = true;
    company.source.put(team('crew', ['ada', 'ben']));
    await company.cycle(input);
    assert.equal(memberIds(stage).length, 2);
  });
});

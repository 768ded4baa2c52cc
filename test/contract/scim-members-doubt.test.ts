import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { cycleStage, person, team } from '../support/cycle-stage.ts';
import { faultFor, type Fault, type PartialBehaviour } from '../support/scim-server/index.ts';
import { applied, failureClass, members, signal } from './scim-target.ts';
import { begin, createTeam, memberIds } from './scim-target-dialects-stage.ts';

const missing: Fault = {
  kind: 'answer',
  status: 404,
  headers: { 'content-type': 'text/html' },
  body: '<pre>Cannot PATCH /scim/v2/Groups/1</pre>',
};
const noTarget: Fault = { kind: 'answer', status: 400, body: { scimType: 'noTarget', detail: 'no such member' } };
const hidden = { members: { ...rfc7644.members, read: 'own-record' as const } };

describe('a PATCH of members that is answered with 404 although the group is there', () => {
  it('was a bad day where PATCH was taken before: nothing is written whole, and nothing learned', async (context) => {
    const stage = await begin(context, {});
    const { group, ids } = await createTeam(stage, 3);
    applied(await stage.target.changeMembers(group, members(ids.slice(0, 2)), signal));
    stage.server.setFaults({ before: ({ method }) => (method === 'PATCH' ? missing : undefined) });
    stage.server.clearRequests();
    assert.equal(
      failureClass(await stage.target.changeMembers(group, members(ids.slice(2), [], ids.slice(0, 2)), signal)),
      'transient',
    );
    assert.equal(
      stage.server.requests.some(({ method }) => method === 'PUT'),
      false,
    );
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
        body: JSON.stringify({
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
          displayName: 'Crew',
          externalId: 'g',
          members: [{ value: ids[0] }],
        }),
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
      assert.equal(
        failureClass(await stage.target.changeMembers(group, members([], ids.slice(0, 1), ids), signal)),
        before ? 'applied' : 'rejected',
      );
    }
  });

  it('leaves the member in doubt when it was refused: they are put in again when they come back', async (context) => {
    const stage = await begin(context, {}, hidden);
    const company = cycleStage([person('ada'), person('ben'), team('crew', ['ada', 'ben'])]);
    const input = {
      prepare: () => Promise.resolve({ ...company.setup, target: stage.target }),
      attempt: 'asked' as const,
    };
    await company.cycle(input);
    company.source.put(team('crew', ['ada']));
    // Taken out, and answered as if it had been refused.
    let isOver = false;
    stage.server.setFaults({
      before: ({ method }) =>
        method === 'PATCH' && !isOver ? { kind: 'garble', status: 500, body: '{"detail":"no"}' } : undefined,
    });
    const { report } = await company.cycle(input);
    assert.equal(report.failed.length, 1);
    isOver = true;
    company.source.put(team('crew', ['ada', 'ben']));
    await company.cycle(input);
    assert.equal(memberIds(stage).length, 2);
  });
});

describe('a member who joined by a request whose answer was lost, so that repeating it is refused', () => {
  const cases = [
    { name: 'repeated within the call', again: 409, shown: 'never' },
    { name: 'in other words', again: 400, shown: 'never' },
    { name: 'beside a removal that is refused', again: 409, shown: 'always' },
  ] as const;
  for (const { name, again, shown } of cases) {
    it(`is taken out when they leave the group: ${name}`, async (context) => {
      const stage = await begin(context, { members: { again, absent: 404, shown } }, shown === 'never' ? hidden : {});
      const company = cycleStage(
        ['ada', 'ben', 'cyd', 'dan'].map((one) => person(one)).concat(team('crew', ['ada', 'ben'])),
      );
      const input = {
        prepare: () => Promise.resolve({ ...company.setup, target: stage.target }),
        attempt: 'asked' as const,
      };
      await company.cycle(input);
      company.source.put(team('crew', shown === 'never' ? ['ada', 'ben', 'cyd'] : ['cyd']));
      // Everything is done, and what removes somebody is answered as if it were not; so is what adds, where nothing shows it.
      let failures = 0;
      const isConcerned = (operations: string): boolean =>
        operations.includes(shown === 'never' ? '"add"' : '"remove"');
      stage.server.setFaults({
        before({ method, path, body }) {
          if (method !== 'PATCH' || !path.startsWith('/Groups') || !isConcerned(JSON.stringify(body))) return undefined;
          failures += 1;
          return failures === 1 ? { kind: 'garble', status: 500, body: '{"detail":"no"}' } : undefined;
        },
      });
      await company.cycle(input);
      stage.server.setFaults({});
      company.source.put(team('crew', ['ada']));
      for (let cycle = 0; cycle < 2; cycle += 1) await company.cycle(input);
      const ada = stage.server.users().find(({ userName }) => String(userName).startsWith('ada'))?.['id'];
      assert.deepEqual(memberIds(stage), [ada]);
    });
  }
});

describe('whoever was taken out of a group by a request that was answered as if it had failed', () => {
  /** Refuses nothing, but says that the first removals failed, and does not show the group when it is asked for it then. */
  const stageOf = async (
    context: Parameters<typeof begin>[0],
    { garbled, unread }: { readonly garbled: number; readonly unread: number },
  ) => {
    const stage = await begin(context, {});
    const company = cycleStage(
      ['ada', 'ben', 'cyd', 'dan', 'eve'].map((one) => person(one)).concat(team('crew', ['ben', 'cyd', 'dan', 'eve'])),
    );
    const input = {
      prepare: () => Promise.resolve({ ...company.setup, target: stage.target }),
      attempt: 'asked' as const,
    };
    await company.cycle(input);
    let failures = 0;
    let readings = 0;
    stage.server.setFaults({
      before({ method, path, body }) {
        if (!path.startsWith('/Groups/')) return undefined;
        if (method === 'GET') return (readings += 1) <= unread ? { kind: 'answer', status: 200 } : undefined;
        if (!JSON.stringify(body).includes('"remove"')) return undefined;
        return (failures += 1) <= garbled ? { kind: 'garble', status: 500, body: '{"detail":"no"}' } : undefined;
      },
    });
    const idOf = (name: string): unknown =>
      stage.server.users().find(({ userName }) => String(userName).startsWith(name))?.['id'];
    return { stage, company, input, idOf };
  };

  it('is not put back while the others are sent in halves', async (context) => {
    const { stage, company, input, idOf } = await stageOf(context, { garbled: 1, unread: 2 });
    company.source.put(team('crew', ['ada']));
    await company.cycle(input);
    await company.cycle(input);
    assert.deepEqual(memberIds(stage), [idOf('ada')]);
  });

  it('is not put back when the group is renamed', async (context) => {
    const { stage, company, input, idOf } = await stageOf(context, { garbled: 4, unread: 2 });
    company.source.put({
      ...team('crew', ['ben']),
      attributes: new Map([...team('crew', ['ben']).attributes, ['cn', ['Deck']]]),
    });
    await company.cycle(input);
    assert.deepEqual(memberIds(stage), [idOf('ben')]);
  });
});

describe('a reading that is refused with what is not about reading', () => {
  for (const status of [409, 413, 422]) {
    it(`does not prove that a new name cost nobody their membership (${status})`, async (context) => {
      const stage = await begin(context, { groups: { rename: 'loses-members', patchAnswer: 'empty' } });
      const { group, ids } = await createTeam(stage, 2);
      const current = (): Promise<readonly string[]> => Promise.resolve(ids);
      applied(await stage.target.changeMembers(group, members(ids), signal));
      stage.server.setFaults({ before: ({ method }) => (method === 'GET' ? { kind: 'answer', status } : undefined) });
      const rename = (displayName: string) =>
        stage.target.update(
          'group',
          group,
          [{ path: 'displayName', change: 'set', value: displayName, had: true }],
          signal,
          { members: current, expectedMembers: current },
        );
      assert.equal(failureClass(await rename('Deck')), 'transient');
      stage.server.setFaults({});
      const outcome = await rename('Deck');
      assert.deepEqual(outcome.kind === 'applied' ? outcome.shown?.members : outcome, []);
    });

    it(`does not prove a deletion (${status})`, async (context) => {
      const stage = await begin(context, {});
      const { ids } = await createTeam(stage, 1);
      stage.server.setFaults({
        before: ({ method }) => ({ kind: 'answer', status: method === 'DELETE' ? 404 : status }),
      });
      assert.equal(failureClass(await stage.target.remove('user', ids[0] ?? '', signal)), 'transient');
    });
  }
});

describe('members who went with something else', () => {
  const crew = ['ada', 'ben', 'cyd'];
  const named = (cn: string): Entry => ({
    ...team('crew', crew),
    attributes: new Map([...team('crew', crew).attributes, ['cn', [cn]]]),
  });
  const begun = async (context: TestContext, behaviour: PartialBehaviour) => {
    const stage = await begin(context, behaviour);
    const company = cycleStage([...crew.map((one) => person(one)), team('crew', crew)]);
    const input = {
      prepare: () => Promise.resolve({ ...company.setup, target: stage.target }),
      attempt: 'asked' as const,
    };
    await company.cycle(input);
    assert.equal(memberIds(stage).length, 3);
    return { stage, company, input };
  };

  it('are missed although the group could not be read at the first change of its name', async (context) => {
    const { stage, company, input } = await begun(context, {
      groups: { patchAnswer: 'empty', rename: 'loses-members' },
    });
    stage.server.setFaults({
      before: faultFor(({ method, path }) => method === 'GET' && path.startsWith('/Groups/'), {
        kind: 'answer',
        status: 403,
      }),
    });
    company.source.put(named('Deck'));
    assert.equal((await company.cycle(input)).report.failed.length, 1);
    stage.server.setFaults({});
    for (let cycle = 0; cycle < 2; cycle += 1) await company.cycle(input);
    assert.deepEqual([stage.server.groups()[0]?.['displayName'], memberIds(stage).length], ['Deck', 3]);
  });

  it('are missed where a removal is refused because who is to be removed is not in', async (context) => {
    const { stage, company, input } = await begun(context, { members: { absent: 'noTarget' } });
    const [group] = stage.server.groups();
    const [, ...gone] = memberIds(stage);
    for (const id of gone)
      await fetch(`${stage.server.url}/Groups/${String(group?.['id'])}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/scim+json' },
        body: JSON.stringify({
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'remove', path: `members[value eq "${String(id)}"]` }],
        }),
      });
    const leaving = stage.server.users().find(({ id }) => id === gone[0])?.['externalId'];
    company.source.put(
      team(
        'crew',
        crew.filter((one) => one !== leaving),
      ),
    );
    for (let cycle = 0; cycle < 2; cycle += 1) await company.cycle(input);
    assert.equal(memberIds(stage).length, 2);
  });
});

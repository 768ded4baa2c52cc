import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rfc7644 } from '../../src/core/dialect/rfc7644.ts';
import type { Fault } from '../support/scim-server/index.ts';
import { applied, failureClass, members, set, signal } from './scim-target.ts';
import { begin, createPerson, createTeam, memberIds, work, type Stage } from './scim-target-dialects-stage.ts';

const bare: Fault = { kind: 'answer', status: 200 };
const strange: Fault = { kind: 'garble', headers: { 'content-type': 'application/json' }, body: '{"ok":true}' };

/** Readings of one resource are answered with 200 and nothing, so many times. */
function showingNothing(stage: Stage, times = Infinity): void {
  let left = times;
  stage.server.setFaults({
    before: ({ method, path }) => {
      if (method === 'PATCH') return strange;
      return method === 'GET' && /^\/(?:Users|Groups)\/./.test(path) && left-- > 0 ? bare : undefined;
    },
  });
}

describe('a reading that is answered with 200 and no body', () => {
  it('proves no change of a name: who was lost by it is put back', async (context) => {
    const stage = await begin(context, { groups: { rename: 'loses-members' } });
    const { group, ids } = await createTeam(stage, 2);
    applied(await stage.target.changeMembers(group, members(ids), signal));
    const rename = async (name: string) =>
      stage.target.update('group', group, [set('displayName', name)], signal, {
        paths: ['displayName'],
        members: () => Promise.resolve(ids),
        expectedMembers: () => Promise.resolve(ids),
      });
    showingNothing(stage, 1);
    assert.equal(failureClass(await rename('Deck')), 'transient');
    stage.server.setFaults({});
    const again = await rename('Bridge');
    assert.deepEqual(again.kind === 'applied' ? again.shown?.members : again, []);
  });

  it('proves no update, until the target was seen to show nothing ever', async (context) => {
    const stage = await begin(context, {});
    const ada = await createPerson(stage, 'ada');
    showingNothing(stage);
    const outcomes: string[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      outcomes.push(failureClass(await stage.target.update('user', ada, [set('title', `T${turn}`)], signal)));
    assert.deepEqual(outcomes, ['transient', 'transient', 'transient', 'transient', 'applied']);
  });
});

describe('a bulk PATCH that is answered with 200 and not carried out', () => {
  const bulk = { ...rfc7644.bulk, use: true };
  const idle = { bulk: { supported: true, idle: ['PATCH'] } } as const;

  it('is found out by members who do not come, and ends the use of bulk and not that of the form', async (context) => {
    const stage = await begin(context, idle, { bulk });
    const { group, ids } = await createTeam(stage, 4);
    const joined = await Promise.all([
      stage.target.changeMembers(group, members(ids.slice(0, 2)), signal),
      stage.target.update('user', ids[3] ?? '', [set('title', 'Chief')], signal),
    ]);
    assert.deepEqual(joined.map(failureClass), ['applied', 'applied']);
    assert.deepEqual(memberIds(stage), ids.slice(0, 2).sort());
    assert.deepEqual(stage.learned(), { 'bulk.use': false });
  });

  it('is the refusal that it meets when it is sent alone', async (context) => {
    const stage = await begin(context, idle, { bulk });
    const [ada, ben] = [await createPerson(stage, 'ada'), await createPerson(stage, 'ben')];
    stage.server.setFaults({
      before: ({ method }) =>
        method === 'PATCH' ? { kind: 'answer', status: 401, body: { detail: 'who?' } } : undefined,
    });
    const outcomes = await Promise.all(
      [ada, ben].map((id) => stage.target.update('user', id, [set('title', 'Chief')], signal)),
    );
    assert.deepEqual(outcomes.map(failureClass), ['auth', 'auth']);
  });

  it('is not proven by a removal of those who were not in the group anyway', async (context) => {
    const stage = await begin(context, idle, { bulk });
    const { group, ids } = await createTeam(stage, 4);
    const other = applied(await stage.target.create('group', new Map([['displayName', 'Deck']]), signal));
    applied(await stage.target.changeMembers(group, members(ids), signal));
    const twice = (some: readonly string[]) =>
      Promise.all([
        stage.target.changeMembers(other, members([], some), signal),
        stage.target.remove('user', 'nobody', signal),
        stage.target.update('user', ids[3] ?? '', [set('title', some.join(' '))], signal),
      ]);
    await twice(ids.slice(3));
    const outcomes = await Promise.all([
      stage.target.changeMembers(group, members([], ids.slice(2), ids), signal),
      stage.target.changeMembers(other, members([], ids.slice(2)), signal),
    ]);
    assert.equal(failureClass(outcomes[0]), 'applied');
    assert.deepEqual(memberIds(stage), ids.slice(0, 2).sort());
  });
});

describe('another form that is refused for the moment', () => {
  const ignored = { patch: { valueFilters: 'ignored' }, members: { remove: ['filter', 'values'] } } as const;
  const mobile = 'phoneNumbers[type eq "mobile"].value';

  for (const patchAnswer of ['resource', 'null'] as const) {
    it(`is no form that was tried in vain (answers to a PATCH: ${patchAnswer})`, async (context) => {
      const stage = await begin(context, { ...ignored, users: { patchAnswer } });
      const ada = applied(
        await stage.target.create(
          'user',
          new Map<string, string | boolean>([
            ['userName', 'ada'],
            ['active', true],
            [mobile, '+49 170 1'],
          ]),
          signal,
        ),
      );
      let refused = 0;
      stage.server.setFaults({
        before: ({ method, body }) =>
          method === 'PATCH' && !JSON.stringify(body).includes('[type') && refused++ === 0
            ? { kind: 'answer', status: 403, body: { detail: 'not now' } }
            : undefined,
      });
      const change = () => stage.target.update('user', ada, [set(mobile, '+49 170 2')], signal);
      const first = await change();
      assert.equal(first.kind === 'failed' ? first.failure.status : first.kind, 403);
      const second = await change();
      assert.deepEqual(second.kind === 'applied' ? second.shown?.unstored : second, undefined);
      assert.equal(stage.learned()['patch.valueFilters'], false);
      assert.match(JSON.stringify(stage.server.users()[0]?.['phoneNumbers']), /170 2/);
    });
  }

  it('an element that was added says nothing of how one is replaced', async (context) => {
    const stage = await begin(context, { ...ignored, users: { patchAnswer: 'null' } });
    const [ada, ben] = [await createPerson(stage, 'ada'), await createPerson(stage, 'ben')];
    applied(await stage.target.update('user', ada, [set(mobile, '+49 170 1', false)], signal));
    applied(await stage.target.update('user', ben, [set(mobile, '+49 170 1', false)], signal));
    const outcome = await stage.target.update('user', ada, [set(mobile, '+49 170 2')], signal);
    assert.deepEqual(outcome.kind === 'applied' ? outcome.shown?.unstored : outcome, undefined);
    assert.match(JSON.stringify(stage.server.users()[0]?.['phoneNumbers']), /170 2/);
  });
});

describe('a removal that takes out others', () => {
  it('is said of those who are switched off as well, whom alone nobody would miss', async (context) => {
    const stage = await begin(context, { members: { removes: 'all' } });
    const { group, ids } = await createTeam(stage, 4);
    applied(await stage.target.changeMembers(group, members(ids.slice(0, 2)), signal));
    const outcome = await stage.target.changeMembers(
      group,
      { ...members(ids.slice(2), ids.slice(0, 1), ids.slice(0, 2)), expected: () => Promise.resolve([]) },
      signal,
    );
    assert.deepEqual(outcome.kind === 'applied' ? outcome.shown : outcome, { members: ids.slice(2), tookOthers: true });
  });
});

describe('a PUT to a target that shows e-mail addresses as texts', () => {
  it('sends none twice, and the new one in place of the only one that is ours', async (context) => {
    const stage = await begin(context, { users: { patch: 405 }, values: { emailsShown: 'texts' } });
    const ada = await createPerson(stage, 'ada');
    applied(await stage.target.update('user', ada, [set(work, 'ada@x'), set('title', 'Chief')], signal));
    applied(await stage.target.update('user', ada, [set(work, 'countess@x')], signal));
    assert.deepEqual(stage.server.users()[0]?.['emails'], [{ type: 'work', value: 'countess@x' }]);
  });
});

describe('a change that is answered with something else than the resource', () => {
  for (const users of [{ patch: 405 }, {}] as const)
    it(`was not carried out where nothing of it is there, and is no value that is not stored (${'patch' in users ? 'PUT' : 'PATCH'})`, async (context) => {
      const stage = await begin(context, { users });
      const [ada, ben] = [await createPerson(stage, 'ada'), await createPerson(stage, 'ben')];
      applied(await stage.target.update('user', ada, [set('title', 'Chief')], signal));
      stage.server.setFaults({
        before: ({ method }) =>
          method === 'PUT' || method === 'PATCH'
            ? { kind: 'answer', status: 200, body: { status: 'error', message: 'no' } }
            : undefined,
      });
      const change = () => stage.target.update('user', ben, [set('title', 'Chief')], signal);
      assert.deepEqual([failureClass(await change()), failureClass(await change())], ['rejected', 'rejected']);
      stage.server.setFaults({});
      const outcome = await change();
      assert.deepEqual(outcome.kind === 'applied' ? outcome.shown?.unstored : outcome, undefined);
      assert.equal(stage.server.users().find(({ userName }) => userName === 'ben@x')?.['title'], 'Chief');
    });
});

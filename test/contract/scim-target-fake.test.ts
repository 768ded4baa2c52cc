import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFakeTarget } from '../support/fake-target.ts';
import { applied, failureClass, members, signal } from './scim-target.ts';

const alice = new Map([
  ['externalId', 'a1'],
  ['userName', 'alice'],
]);

describe('the fake target', () => {
  it('loses a request before it takes effect, or only its answer', async () => {
    const target = createFakeTarget({ name: 'fake' });
    for (const [when, users] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      target.setHook(({ method }) =>
        method === 'create' ? { when, result: { class: 'unknown', detail: 'lost' } } : undefined,
      );
      assert.equal(failureClass(await target.create('user', alice, signal)), 'unknown');
      assert.equal(target.users().length, users);
    }
  });

  it('ends like a process that is killed in the middle of a call', async () => {
    const target = createFakeTarget({
      name: 'fake',
      hook: ({ number }) => (number === 2 ? { when: 'after', result: new Error('killed') } : undefined),
    });
    const id = applied(await target.create('user', alice, signal));
    await assert.rejects(target.remove('user', id, signal), /killed/);
    assert.deepEqual(target.users(), []);
  });

  it('records its calls, and gives the same ids every time', async () => {
    const run = async (): Promise<unknown> => {
      const target = createFakeTarget({ name: 'fake' });
      const user = applied(await target.create('user', alice, signal));
      const group = applied(await target.create('group', new Map([['displayName', 'Crew']]), signal));
      applied(await target.changeMembers(group, members([user]), signal));
      const calls = target.calls.map((call) =>
        JSON.stringify(call, (_key, value: unknown) =>
          value instanceof Map ? [...(value as Map<unknown, unknown>)] : value,
        ),
      );
      return { calls, users: target.users(), groups: target.groups() };
    };
    assert.deepEqual(await run(), await run());
  });

  it('insists on chunks', () => {
    const target = createFakeTarget({ name: 'fake', memberChunk: 2 });
    assert.throws(() => target.changeMembers('g', members(['a', 'b', 'c']), signal), TypeError);
  });
});

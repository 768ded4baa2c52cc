import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResourceType } from '../../../src/core/model/entry.ts';
import { isGone } from '../../../src/cycle/match/presence.ts';
import { createFakeTarget } from '../../support/fake-target.ts';
import { linkOf, user } from '../../support/plan-input.ts';

const signal = new AbortController().signal;

/** A target whose groups are there, while all that concerns users is answered with 404. */
function withoutUsers() {
  const target = createFakeTarget({ name: 'wiki' });
  target.setHook((call) => {
    if (!('type' in call) || call.type !== 'user') return undefined;
    return {
      when: 'before',
      result: { class: call.method === 'answers' ? 'unsupported' : 'gone', status: 404, detail: 'no route' },
    };
  });
  return target;
}

describe('whom a target says that it does not have', () => {
  const leaver = linkOf(user('cy'));

  for (const [others, ids] of [
    ['beside other users', ['ada', 'ben']],
    ['and is the only user', []],
  ] as const) {
    it(`is not believed to be gone because a group is there, when no user is (${others})`, async () => {
      const target = withoutUsers();
      const created = await target.create('group', new Map([['displayName', 'staff']]), signal);
      assert.ok(created.kind === 'applied');
      const linked = (id: string, type: ResourceType, targetId: string) => linkOf({ ...user(id), type }, { targetId });
      const known = [...ids.map((id) => linked(id, 'user', `user-of-${id}`)), linked('staff', 'group', created.id)];
      assert.equal(await isGone(leaver, known, { target, signal }), false);
      target.setHook(undefined);
      assert.equal(
        await isGone(leaver, known, { target, signal }),
        ids.length === 0,
        'gone, when the list of users answers and nobody else is known',
      );
    });
  }

  it('is believed to be gone when nobody is left but one who was switched off, and is shown', async () => {
    const target = createFakeTarget({ name: 'wiki' });
    const created = await target.create(
      'user',
      new Map<string, string | boolean>([
        ['userName', 'eve@example.org'],
        ['active', false],
      ]),
      signal,
    );
    assert.ok(created.kind === 'applied');
    const gone = linkOf(user('ada'), { targetId: 'user-of-ada' });
    const off = linkOf(user('eve'), { targetId: created.id, lifecycle: 'deactivated' });
    assert.equal(await isGone(leaver, [off, gone], { target, signal }), true);
    const hidden = linkOf(user('fay'), { targetId: 'user-of-fay', lifecycle: 'deactivated' });
    assert.equal(
      await isGone(leaver, [hidden, gone], { target, signal }),
      false,
      'one who is off and not shown may be hidden',
    );
    assert.equal(await isGone(leaver, [hidden], { target, signal }), true, 'and says nothing');
  });
});

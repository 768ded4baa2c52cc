import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { emptyTargetState } from '../../src/ports/state-records.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { aLink, aQuarantine, zero, type StateFixture } from './state-store.ts';
import { acknowledgedMembers } from '../support/acknowledged-members.ts';

/** What a state must remember of directories and targets as a whole, so that a change of either is noticed. */
export function statePinningContract(name: string, makeFixture: () => Promise<StateFixture>): void {
  describe(`${name} as a state store that knows directories and targets again`, () => {
    let fixture: StateFixture;
    let store: StateStore;
    before(async () => {
      fixture = await makeFixture();
      store = await fixture.open();
    });
    after(() => fixture.dispose());

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await fixture.open();
    };

    it('remembers what a directory is, and where a target is', async () => {
      const identity = {
        kind: 'active-directory',
        idAttribute: 'objectGUID',
        contexts: ['dc=corp'],
        contextIds: ['guid'],
      } as const;
      assert.equal(await store.identity('pinned'), undefined);
      assert.equal(await store.boundTo('bound'), undefined);
      await store.record([
        { kind: 'identity', directory: 'pinned', identity },
        { kind: 'bound', target: 'bound', endpoint: 'wiki.example/scim' },
      ]);
      await reopen();
      assert.deepEqual(await store.identity('pinned'), identity);
      assert.equal(await store.boundTo('bound'), 'wiki.example/scim');
      await store.record([{ kind: 'bound', target: 'bound', endpoint: 'wiki.example/scim/v2' }]);
      assert.equal(await store.boundTo('bound'), 'wiki.example/scim/v2');
    });

    it('counts links by target and directory, as they come, move and go', async () => {
      const target = 'totals';
      const totals = async () =>
        (await store.linkTotals())
          .filter((one) => one.target === target)
          .sort((a, b) => (a.directory < b.directory ? -1 : 1));
      await store.record(['a', 'b', 'c'].map((id) => ({ kind: 'link', link: aLink(id, { target }) })));
      await store.record([{ kind: 'link', link: aLink('c', { target, directory: 'branch' }) }]);
      assert.deepEqual(await totals(), [
        { target, directory: 'branch', links: 1 },
        { target, directory: 'corp', links: 2 },
      ]);
      await store.record([{ kind: 'unlink', target, sourceId: 'c' }]);
      await reopen();
      assert.deepEqual(await totals(), [{ target, directory: 'corp', links: 2 }]);
    });

    it('forgets what links know of their content, and keeps whose they are', async () => {
      const target = 'forgotten';
      await store.record([
        { kind: 'link', link: aLink('a', { target, attributes: { userName: 'digest', title: '-', nickName: '?' } }) },
        { kind: 'link', link: aLink('g', { target, type: 'group', attributes: { displayName: 'digest' } }) },
      ]);
      await store.record([{ kind: 'content_forgotten' }]);
      await reopen();
      const links = await store.links(target, ['a', 'g']);
      assert.deepEqual(links.get('a')?.attributes, { userName: '~', nickName: '?', active: '~' });
      assert.deepEqual(links.get('g')?.attributes, { displayName: '~', members: '~' });
      assert.deepEqual([links.get('a')?.targetId, links.get('a')?.lifecycle], ['id-of-a', 'active']);
      assert.equal((await store.counts(target)).user.active, 1);
    });

    it('knows a target by another name, with all that belongs to it', async () => {
      const [target, to] = ['old-name', 'new-name'];
      const intent = { target, type: 'user', sourceId: 'x', directory: 'corp' } as const;
      await store.record([
        { kind: 'link', link: aLink('a', { target }) },
        { kind: 'link', link: aLink('g', { target, type: 'group' }) },
        { kind: 'members', target, group: 'g', add: ['a'], remove: [] },
        { kind: 'intent', intent },
        { kind: 'quarantine', quarantine: aQuarantine('a', { target }) },
        { kind: 'target', target, state: { pending: 1, lastCycleAt: '2026-11-01T00:00:00.000Z' } },
        { kind: 'bound', target, endpoint: 'wiki.example' },
      ]);
      await store.record([{ kind: 'renamed', target, to }]);
      await reopen();
      assert.deepEqual((await store.links(to, ['a'])).get('a'), aLink('a', { target: to }));
      assert.deepEqual(
        [await acknowledgedMembers(store, to, 'g'), await store.openIntents(to), await store.boundTo(to)],
        [['a'], [{ ...intent, target: to }], 'wiki.example'],
      );
      assert.deepEqual(
        [(await store.quarantined(to, ['a'])).get('a')?.target, (await store.target(to)).pending],
        [to, 1],
      );
      assert.deepEqual(
        [(await store.links(target, ['a'])).size, await store.boundTo(target), await store.target(target)],
        [0, undefined, emptyTargetState],
      );
    });

    it('forgets everything about a target that is reset, and nothing about others', async () => {
      const target = 'reset';
      const intent = { target, type: 'user', sourceId: 'x', directory: 'corp' } as const;
      await store.record([
        { kind: 'link', link: aLink('a', { target }) },
        { kind: 'link', link: aLink('a', { target: 'reset-not' }) },
        { kind: 'intent', intent },
        { kind: 'quarantine', quarantine: aQuarantine('a', { target }) },
        { kind: 'members', target, group: 'g', add: ['a'], remove: [] },
        { kind: 'target', target, state: { pending: 1, lastCycleAt: '2026-11-01T00:00:00.000Z' } },
        { kind: 'bound', target, endpoint: 'wiki.example' },
        {
          kind: 'removal',
          target,
          removal: { at: '2026-11-01T00:00:00.000Z', kind: 'removals', type: 'user', count: 1 },
        },
      ]);
      await store.record([{ kind: 'reset', target }]);
      await reopen();
      assert.deepEqual([(await store.links(target, ['a'])).size, (await store.links('reset-not', ['a'])).size], [0, 1]);
      assert.deepEqual(
        [
          await store.openIntents(target),
          (await store.quarantined(target, ['a'])).size,
          await acknowledgedMembers(store, target, 'g'),
          await store.removals(target),
        ],
        [[], 0, [], []],
      );
      assert.deepEqual(
        [await store.target(target), await store.boundTo(target), await store.counts(target)],
        [emptyTargetState, undefined, { user: zero, group: zero }],
      );
    });
  });
}

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mostFormerOwners, type StateStore } from '../../src/ports/state-store.ts';
import { aLink, aQuarantine, zero, type StateFixture } from './state-store.ts';
import { acknowledgedMembers } from '../support/acknowledged-members.ts';

/** What a state must forget, so that it neither grows nor misleads when someone comes back. */
export function stateForgettingContract(name: string, makeFixture: () => Promise<StateFixture>): void {
  describe(`${name} as a state store that forgets`, () => {
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

    it('remembers who is in quarantine until it is over or the link is forgotten', async () => {
      const target = 'troubles';
      await store.record([
        { kind: 'quarantine', quarantine: aQuarantine('a', { target }) },
        { kind: 'quarantine', quarantine: aQuarantine('b', { target, cause: 'inactive', status: undefined }) },
      ]);
      await store.record([{ kind: 'quarantine', quarantine: aQuarantine('a', { target, attempts: 2 }) }]);
      assert.equal((await store.quarantined(target, ['a', 'c'])).get('a')?.attempts, 2);
      assert.equal(
        (await store.counts(target)).user.quarantined,
        1,
        'nobody has to mend anything about someone inactive',
      );
      await store.record([
        { kind: 'quarantine_over', target, sourceId: 'a' },
        { kind: 'quarantine_over', target, sourceId: 'c' },
      ]);
      await store.record([{ kind: 'unlink', target, sourceId: 'b' }]);
      assert.deepEqual(await store.quarantined(target, ['a', 'b', 'c']), new Map());
      assert.deepEqual(await store.counts(target), { user: zero, group: zero });
    });

    it('keeps what was last known of each directory', async () => {
      assert.equal(await store.directory('corp'), undefined);
      const state = { readAt: '2026-11-01T00:00:00.000Z', users: 3, groups: 1, changes: 'syncrepl (it can)' };
      await store.record([
        { kind: 'directory', directory: 'corp', state: { ...state, users: 2 } },
        { kind: 'directory', directory: 'corp', state },
      ]);
      await reopen();
      assert.deepEqual(await store.directory('corp'), state);
      assert.equal(await store.directory('branch'), undefined);
    });

    it('has the memberships of a link that is forgotten in doubt until somebody says whether they stand', async () => {
      const target = 'forgotten-members';
      const staff = aLink('staff', { target, type: 'group', unsettled: ['c'] });
      const unsettled = async () => (await store.links(target, ['staff'])).get('staff')?.unsettled;
      await store.record([
        { kind: 'link', link: aLink('a', { target }) },
        { kind: 'link', link: staff },
        { kind: 'members', target, group: 'staff', add: ['a', 'b'], remove: [] },
        { kind: 'unlink', target, sourceId: 'a' },
      ]);
      assert.deepEqual(await unsettled(), ['c', 'a']);
      await store.record([{ kind: 'link', link: staff }]);
      assert.deepEqual(await unsettled(), ['c', 'a'], 'also for whoever did not know of it yet');
      for await (const batch of store.linksFrom(target, new Set([staff.directory])))
        assert.deepEqual(
          batch.map((link) => link.unsettled),
          [['c', 'a']],
        );
      await reopen();
      assert.deepEqual(await acknowledgedMembers(store, target, 'staff'), ['b']);
      assert.deepEqual(await unsettled(), ['c', 'a']);
      await store.record([
        { kind: 'link', link: staff },
        { kind: 'members', target, group: 'staff', add: [], remove: ['a'] },
      ]);
      assert.deepEqual(await unsettled(), ['c']);
      await store.record([
        { kind: 'unlink', target, sourceId: 'staff' },
        { kind: 'link', link: staff },
      ]);
      assert.deepEqual(await unsettled(), ['c'], 'nothing is known of who is in a group that is forgotten');
    });

    it('hands everything that an entry had over to another one: link, members, memberships, who was under way', async () => {
      const target = 'handed-over';
      await store.record([
        { kind: 'link', link: aLink('old', { target }) },
        { kind: 'link', link: aLink('oldgroup', { target, type: 'group' }) },
        { kind: 'link', link: aLink('staff', { target, type: 'group', unsettled: ['old', 'b'] }) },
        { kind: 'members', target, group: 'staff', add: ['old', 'b'], remove: [] },
        { kind: 'members', target, group: 'oldgroup', add: ['old'], remove: [] },
        { kind: 'quarantine', quarantine: aQuarantine('old', { target }) },
      ]);
      const { targetId } = aLink('old', { target });
      await store.record([
        { kind: 'relink', from: 'old', link: aLink('new', { target, targetId }) },
        { kind: 'relink', from: 'oldgroup', link: aLink('newgroup', { target, type: 'group', targetId: 'og' }) },
      ]);
      await reopen();
      const links = await store.links(target, ['old', 'new', 'oldgroup', 'newgroup', 'staff']);
      assert.deepEqual([...links.keys()].sort(), ['new', 'newgroup', 'staff']);
      assert.deepEqual(links.get('staff')?.unsettled, ['new', 'b']);
      assert.deepEqual((await acknowledgedMembers(store, target, 'staff')).toSorted(), ['b', 'new']);
      assert.deepEqual(
        [await acknowledgedMembers(store, target, 'newgroup'), await acknowledgedMembers(store, target, 'oldgroup')],
        [['new'], []],
      );
      assert.deepEqual(await store.owners(target, 'user', [targetId]), new Map([[targetId, 'new']]));
      assert.deepEqual((await store.quarantined(target, ['old'])).size, 0);
      assert.deepEqual([(await store.counts(target)).user.active, (await store.counts(target)).group.active], [1, 2]);
    });

    it('remembers whose accounts were that nobody has any more: forgotten, created again under another id, handed over', async () => {
      const target = 'former';
      await store.record([
        { kind: 'link', link: aLink('gone', { target, targetId: '1', type: 'group' }) },
        { kind: 'link', link: aLink('again', { target, targetId: '2' }) },
        { kind: 'link', link: aLink('old', { target, targetId: '4' }) },
        { kind: 'link', link: aLink('kept', { target, targetId: '5' }) },
        { kind: 'link', link: aLink('kept', { target, targetId: '5', lifecycle: 'lost' }) },
      ]);
      await store.record([
        { kind: 'unlink', target, sourceId: 'gone' },
        { kind: 'unlink', target, sourceId: 'nobody' },
        { kind: 'link', link: aLink('again', { target, targetId: '3' }) },
        { kind: 'relink', from: 'old', link: aLink('new', { target, targetId: '4' }) },
      ]);
      await reopen();
      assert.deepEqual(await store.formerOwners(target, 'user', ['2', '3', '4', '5', '6']), new Map([['2', 'again']]));
      assert.deepEqual(await store.formerOwners(target, 'group', ['1', '2']), new Map([['1', 'gone']]));
      await store.record([{ kind: 'unlink', target, sourceId: 'new' }]);
      assert.deepEqual(
        await store.formerOwners(target, 'user', ['4']),
        new Map([['4', 'new']]),
        'it was the last one who had it',
      );
      assert.deepEqual(await store.formerAccounts(target, 'new'), [{ type: 'user', targetId: '4' }]);
      await store.record([{ kind: 'link', link: aLink('next', { target, targetId: '4' }) }]);
      await reopen();
      assert.deepEqual(
        [await store.formerOwners(target, 'user', ['4']), await store.formerAccounts(target, 'new')],
        [new Map(), []],
        'somebody has it again',
      );
      await store.record([{ kind: 'reset', target }]);
      assert.deepEqual(await store.formerOwners(target, 'group', ['1']), new Map());
    });

    it('remembers so many former owners, and forgets the oldest first', async () => {
      const target = 'former-many';
      const accounts = Array.from({ length: mostFormerOwners + 2 }, (_, at) => [`${at}`, 'gone'] as const);
      await store.record([{ kind: 'former', target, type: 'user', accounts }]);
      await reopen();
      const left = await store.formerOwners(target, 'user', ['0', '1', '2', `${mostFormerOwners + 1}`]);
      assert.deepEqual([...left.keys()], ['2', `${mostFormerOwners + 1}`]);
      await store.record([{ kind: 'reset', target }]);
    });
  });
}

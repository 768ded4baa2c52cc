import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { strangerId } from '../../src/core/model/stranger.ts';
import { linkStamp, type Link } from '../../src/core/model/link.ts';
import { emptyTargetState, type TargetState, type QuarantineRecord } from '../../src/ports/state-records.ts';
import type { StateStore, StateView } from '../../src/ports/state-store.ts';
import { decisionsContract } from './state-decisions.ts';
import { acknowledgedMembers } from '../support/acknowledged-members.ts';

export interface StateFixture {
  /** The writer; the first call makes an empty state. The one before is closed. */
  open(): Promise<StateStore>;
  /** The state as another process that only reads finds it now, when the store can be read by others. */
  view?(): Promise<StateView>;
  dispose(): Promise<void>;
}

export const aLink = (sourceId: string, rest: Partial<Link> = {}): Link => ({
  target: 'wiki',
  type: 'user',
  sourceId,
  directory: 'corp',
  targetId: `id-of-${sourceId}`,
  origin: 'created',
  lifecycle: 'active',
  attributes: { userName: 'digest-1', 'emails[type eq "work"].value': 'digest-2' },
  ...rest,
});

export const aQuarantine = (sourceId: string, rest: Partial<QuarantineRecord> = {}): QuarantineRecord => ({
  target: 'wiki',
  type: 'user',
  sourceId,
  cause: 'rejected',
  status: 400,
  fingerprint: 'digest-3',
  since: '2026-11-01T00:00:00.000Z',
  attempts: 1,
  retryAt: '2026-11-01T01:00:00.000Z',
  ...rest,
});

export const zero = { active: 0, deactivated: 0, lost: 0, adopted: 0, quarantined: 0, leftDisabled: 0 };

/** What a state must do to honour src/ports/state-store.ts. Every test works on targets of its own. */
export function stateStoreContract(name: string, makeFixture: () => Promise<StateFixture>): void {
  describe(`${name} as a state store`, () => {
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
    it('knows nothing of a target that was never recorded', async () => {
      assert.deepEqual(await store.links('none', ['a']), new Map());
      assert.deepEqual(await store.owners('none', 'user', ['a']), new Map());
      assert.deepEqual(await acknowledgedMembers(store, 'none', 'g'), []);
      assert.deepEqual(await store.quarantined('none', ['a']), new Map());
      assert.deepEqual(await store.counts('none'), { user: zero, group: zero });
      assert.deepEqual(await store.openIntents('none'), []);
      assert.deepEqual(await store.target('none'), emptyTargetState);
    });

    it('keeps a proof until its link changes, and takes none for another link', async () => {
      const target = 'proofs';
      const [link, other] = [aLink('a', { target }), aLink('b', { target })];
      const proofs = async () => [...(await store.proofs(target, ['a', 'b', 'missing']))];
      await store.record([link, other].map((one) => ({ kind: 'link', link: one }) as const));
      await store.record([
        {
          kind: 'proved',
          target,
          proofs: [
            ['a', 'proof-a', linkStamp(link)],
            ['b', 'proof-b', linkStamp({ ...other, attributes: {} })],
            ['missing', 'proof', linkStamp(link)],
          ],
        },
      ]);
      assert.deepEqual(await proofs(), [['a', 'proof-a']]);
      await reopen();
      assert.deepEqual(await proofs(), [['a', 'proof-a']]);
      await store.record([{ kind: 'link', link: { ...link, departedAt: '2026-11-01T00:00:00.000Z' } }]);
      assert.deepEqual(await proofs(), []);
    });

    it('forgets everything about an entry that is erased, and nothing of others', async () => {
      const target = 'erased';
      await store.record([
        { kind: 'link', link: aLink('a', { target }) },
        { kind: 'link', link: aLink('b', { target, heir: 'a' }) },
        { kind: 'link', link: aLink('g', { target, type: 'group', unsettled: ['a', 'b'] }) },
        { kind: 'members', target, group: 'g', add: ['a', 'b'], remove: [] },
        { kind: 'quarantine', quarantine: aQuarantine('a', { target }) },
        { kind: 'names', directory: 'erased', names: [['a', ['name-of-a']]] },
      ]);
      await store.record([{ kind: 'erased', ids: ['a'] }]);
      for (const again of [false, true]) {
        if (again) await reopen();
        const links = await store.links(target, ['a', 'b', 'g']);
        assert.deepEqual([...links.keys()].sort(), ['b', 'g']);
        assert.deepEqual([links.get('b')?.heir, links.get('g')?.unsettled], [undefined, ['b']]);
        assert.deepEqual(await store.members(target, ['g']), new Map([['g', ['b']]]));
        assert.deepEqual(await store.quarantined(target, ['a']), new Map());
        assert.deepEqual(await store.names('erased', ['a']), new Map());
        assert.deepEqual(await store.formerAccounts(target, 'a'), []);
      }
    });

    it('gives back the links that were asked for, and replaces them', async () => {
      const target = 'links';
      const first = aLink('a', { target, version: 'W/"1"', departedAt: '2026-11-01T00:00:00.000Z' });
      await store.record([
        { kind: 'link', link: first },
        { kind: 'link', link: aLink('b', { target }) },
      ]);
      assert.deepEqual(await store.links(target, ['a', 'missing']), new Map([['a', first]]));
      const second = aLink('a', { target, attributes: {} });
      await store.record([{ kind: 'link', link: second }]);
      assert.deepEqual((await store.links(target, ['b', 'a'])).get('a'), second);
      await reopen();
      assert.deepEqual((await store.links(target, ['b', 'a'])).get('a'), second);
      assert.deepEqual(await store.links('another', ['a']), new Map());
    });

    it('keeps none of the objects it was given', async () => {
      const target = 'copies';
      const attributes: Record<string, string> = { userName: 'one' };
      const recorded = store.record([{ kind: 'link', link: aLink('a', { target, attributes, version: undefined }) }]);
      attributes['userName'] = 'two';
      await recorded;
      assert.deepEqual((await store.links(target, ['a'])).get('a')?.attributes, { userName: 'one' });
    });

    it('gives the members of several groups at once, of those that have any', async () => {
      const target = 'member-batches';
      const of = (group: string, ...add: string[]) => ({ kind: 'members', target, group, add, remove: [] }) as const;
      await store.record([of('crew', 'a', 'b'), of('staff', 'c'), of('empty'), of('others', 'd')]);
      const known = await store.members(target, ['crew', 'staff', 'empty', 'nobody', 'crew']);
      assert.deepEqual([...known].map(([group, ids]) => [group, ids.toSorted()]).sort(), [
        ['crew', ['a', 'b']],
        ['staff', ['c']],
      ]);
      assert.deepEqual(await store.members(target, []), new Map());
      assert.deepEqual(await store.members('another', ['crew']), new Map());
    });

    it('counts the members who have no entry, of all groups of a target', async () => {
      const target = 'strangers';
      const of = (group: string, add: string[], remove: string[] = []) =>
        ({ kind: 'members', target, group, add, remove }) as const;
      await store.record([of('crew', ['a', strangerId('1'), strangerId('2')]), of('staff', [strangerId('1')])]);
      assert.equal(await store.strangers(target), 3);
      await store.record([of('crew', [], [strangerId('1'), 'a'])]);
      assert.equal(await store.strangers(target), 2);
      assert.equal(await store.strangers('another'), 0);
    });

    it('takes what one call records as one transaction, in the order of its changes', async () => {
      const target = 'transaction';
      const counts = async () => (await store.counts(target)).user;
      let isOver = false;
      const recorded = store.record([
        { kind: 'link', link: aLink('a', { target }) },
        { kind: 'members', target, group: 'g', add: ['a'], remove: [] },
        { kind: 'link', link: aLink('a', { target, lifecycle: 'deactivated' }) },
        { kind: 'quarantine', quarantine: aQuarantine('a', { target }) },
        { kind: 'quarantine_over', target, sourceId: 'a' },
        { kind: 'target', target, state: { pending: 1 } },
      ]);
      // Whoever asks meanwhile is told all of it, or nothing.
      const seen = new Set<string>();
      void recorded.finally(() => {
        isOver = true;
      });
      while (!isOver) {
        await setImmediate();
        const [links, state] = await Promise.all([store.links(target, ['a']), store.target(target)]);
        seen.add(`${links.get('a')?.lifecycle ?? 'none'} ${state.pending}`);
      }
      await recorded;
      for (const one of seen) assert.ok(['none 0', 'deactivated 1'].includes(one), one);
      assert.deepEqual(
        [(await counts()).active, (await counts()).deactivated, (await counts()).quarantined],
        [0, 1, 0],
      );
      // What cannot be written as text is refused, with everything beside it.
      const endless: Record<string, unknown> = { pending: 2 };
      endless['self'] = endless;
      const state = endless as unknown as TargetState;
      await assert.rejects(
        store.record([
          { kind: 'unlink', target, sourceId: 'a' },
          { kind: 'target', target, state },
        ]),
      );
      assert.equal((await store.links(target, ['a'])).size, 1);
    });

    it('tells who owns a target id, by type, as links come and go', async () => {
      const target = 'owners';
      await store.record([
        { kind: 'link', link: aLink('a', { target, targetId: '1' }) },
        { kind: 'link', link: aLink('g', { target, targetId: '1', type: 'group' }) },
      ]);
      assert.deepEqual(await store.owners(target, 'user', ['1', '2']), new Map([['1', 'a']]));
      assert.deepEqual(await store.owners(target, 'group', ['1']), new Map([['1', 'g']]));
      await store.record([{ kind: 'link', link: aLink('a', { target, targetId: '2' }) }]);
      assert.deepEqual(await store.owners(target, 'user', ['1', '2']), new Map([['2', 'a']]));
      await store.record([{ kind: 'link', link: aLink('b', { target, targetId: '2' }) }]);
      await store.record([{ kind: 'unlink', target, sourceId: 'a' }]);
      assert.deepEqual(
        await store.owners(target, 'user', ['1', '2']),
        new Map([['2', 'b']]),
        'the last one linked owns it',
      );
      await store.record([{ kind: 'link', link: aLink('c', { target, targetId: '2' }) }]);
      await store.record([{ kind: 'unlink', target, sourceId: 'c' }]);
      assert.deepEqual(
        await store.owners(target, 'user', ['2']),
        new Map([['2', 'b']]),
        'as if the other had never been',
      );
    });

    it('ends the memberships of a link whose target id has become another one', async () => {
      const target = 'created again';
      await store.record([
        ...['g', 'a'].map((id) => ({ kind: 'link', link: aLink(id, { target }) }) as const),
        { kind: 'members', target, group: 'g', add: ['a', 'b'], remove: [] },
        { kind: 'members', target, group: 'a', add: ['x'], remove: [] },
      ]);
      await store.record([{ kind: 'link', link: aLink('a', { target, version: 'newer' }) }]);
      assert.deepEqual(
        (await acknowledgedMembers(store, target, 'g')).toSorted(),
        ['a', 'b'],
        'the same one stays a member',
      );
      const createdAt = '2026-11-01T00:00:00.000Z';
      await store.record([{ kind: 'link', link: aLink('a', { target, targetId: 'another', createdAt }) }]);
      await reopen();
      assert.deepEqual(
        [await acknowledgedMembers(store, target, 'g'), await acknowledgedMembers(store, target, 'a')],
        [['b'], []],
      );
      assert.deepEqual(
        [...(await store.links(target, ['g', 'a'])).values()].map(({ unsettled }) => unsettled),
        [undefined, undefined],
      );
    });

    it('has memberships and members of whoever was found again under another id in doubt', async () => {
      const target = 'found again';
      const createdAt = '2026-11-01T00:00:00.000Z';
      await store.record([
        ...['g', 'a'].map((id) => ({ kind: 'link', link: aLink(id, { target, createdAt }) }) as const),
        { kind: 'members', target, group: 'g', add: ['a', 'b'], remove: [] },
        { kind: 'link', link: aLink('ours', { target, type: 'group', origin: 'created' }) },
        { kind: 'link', link: aLink('others', { target, type: 'group', origin: 'adopted' }) },
        { kind: 'members', target, group: 'a', add: ['x', 'stranger:1'], remove: [] },
        { kind: 'members', target, group: 'ours', add: ['stranger:another'], remove: [] },
        { kind: 'members', target, group: 'others', add: ['stranger:another'], remove: [] },
        { kind: 'link', link: aLink('a', { target, targetId: 'another', createdAt }) },
      ]);
      await reopen();
      assert.deepEqual(
        [await acknowledgedMembers(store, target, 'g'), await acknowledgedMembers(store, target, 'a')],
        [['b'], []],
      );
      const links = await store.links(target, ['g', 'a', 'ours', 'others']);
      assert.deepEqual(
        ['g', 'a', 'ours', 'others'].map((id) => links.get(id)?.unsettled),
        [['a'], ['x'], ['a'], undefined],
      );
    });

    it('keeps members as a set, apart from the link', async () => {
      const target = 'members';
      const members = async (): Promise<string[]> => [...(await acknowledgedMembers(store, target, 'g'))].sort();
      await store.record([
        { kind: 'link', link: aLink('g', { target, type: 'group' }) },
        { kind: 'members', target, group: 'g', add: ['a', 'b', 'a'], remove: ['never there'] },
      ]);
      assert.deepEqual(await members(), ['a', 'b']);
      await store.record([{ kind: 'members', target, group: 'g', add: ['c', 'b'], remove: ['a'] }]);
      await store.record([{ kind: 'link', link: aLink('g', { target, type: 'group', version: '2' }) }]);
      assert.deepEqual(await members(), ['b', 'c']);
      await reopen();
      assert.deepEqual(await members(), ['b', 'c']);
      await store.record([{ kind: 'unlink', target, sourceId: 'g' }]);
      assert.deepEqual(await members(), []);
      const many = Array.from({ length: 3001 }, (_, index) => `m-${String(index).padStart(4, '0')}`);
      await store.record([{ kind: 'members', target, group: 'g', add: many, remove: [] }]);
      await reopen();
      assert.deepEqual(await members(), many);
    });

    it('adds first what one change both removes and adds', async () => {
      await store.record([{ kind: 'members', target: 'both', group: 'g', add: ['a'], remove: ['a'] }]);
      assert.deepEqual(await acknowledgedMembers(store, 'both', 'g'), ['a'], 'who is added is a member');
    });

    it('counts links by type and lifecycle through every change', async () => {
      const target = 'counts';
      await store.record([
        { kind: 'link', link: aLink('a', { target }) },
        { kind: 'link', link: aLink('b', { target, origin: 'adopted' }) },
        { kind: 'link', link: aLink('g', { target, type: 'group', lifecycle: 'lost' }) },
      ]);
      assert.deepEqual(await store.counts(target), {
        user: { ...zero, active: 2, adopted: 1 },
        group: { ...zero, lost: 1 },
      });
      await store.record([
        { kind: 'link', link: aLink('b', { target, origin: 'adopted', lifecycle: 'deactivated' }) },
        { kind: 'unlink', target, sourceId: 'a' },
        { kind: 'unlink', target, sourceId: 'never there' },
      ]);
      const expected = { user: { ...zero, deactivated: 1, adopted: 1 }, group: { ...zero, lost: 1 } };
      assert.deepEqual(await store.counts(target), expected);
      await reopen();
      assert.deepEqual(await store.counts(target), expected);
    });

    it('keeps intents open until they are settled', async () => {
      const target = 'intents';
      const intent = { target, type: 'user', sourceId: 'a', directory: 'corp' } as const;
      await store.record([{ kind: 'intent', intent }]);
      await store.record([
        { kind: 'intent', intent },
        { kind: 'intent', intent: { ...intent, sourceId: 'b' } },
      ]);
      await reopen();
      assert.deepEqual((await store.openIntents(target)).map((one) => one.sourceId).sort(), ['a', 'b']);
      await store.record([
        { kind: 'settled', intent },
        { kind: 'link', link: aLink('a', { target }) },
      ]);
      assert.deepEqual(await store.openIntents(target), [{ ...intent, sourceId: 'b' }]);
    });

    it('keeps the state of each target', async () => {
      const state: TargetState = {
        lastSuccessAt: '2026-11-01T00:00:00.000Z',
        pending: 3,
        held: {
          holdId: 'abc',
          since: '2026-11-01T00:00:00.000Z',
          findings: [{ kind: 'removals', type: 'user', planned: 9, recent: 0, population: 10, allowed: 5 }],
          operations: [{ verb: 'deactivate', type: 'user', sourceId: 'a' }],
        },
        approvals: [
          {
            holdId: 'def',
            at: '2026-11-01T00:00:00.000Z',
            operations: [{ verb: 'members', type: 'group', sourceId: 'g', remove: ['a'] }],
          },
        ],
        rejections: [
          {
            holdId: 'ghi',
            at: '2026-11-01T00:00:00.000Z',
            by: { via: 'shell', user: 'root' },
            operations: [
              { verb: 'update', type: 'user', sourceId: 'a', changes: [{ path: 'title', value: 'digest' }] },
            ],
          },
        ],
        decided: [
          {
            target: 'states',
            holdId: 'ghi',
            decision: 'reject',
            at: '2026-11-01T00:00:00.000Z',
            end: 'taken',
            counts: { update: 1 },
          },
        ],
      };
      await store.record([{ kind: 'target', target: 'states', state }]);
      assert.deepEqual(await store.target('states'), state);
      await reopen();
      assert.deepEqual(await store.target('states'), state);
    });

    it('keeps what the last comparison of each target came to', async () => {
      const verified = {
        at: '2026-11-01T00:00:00.000Z',
        compared: { user: 8, group: 2 },
        drift: { user: { attribute: 2, missing: 1 }, group: {} },
        foreign: { user: 3 },
        unread: 0,
        isGivenToCycle: false,
      };
      assert.equal(await store.verified('compared'), undefined);
      await store.record([{ kind: 'verified', target: 'compared', verified: { ...verified, unread: 5 } }]);
      await store.record([{ kind: 'verified', target: 'compared', verified }]);
      assert.deepEqual(await store.verified('compared'), verified);
      await reopen();
      assert.deepEqual(await store.verified('compared'), verified);
    });

    it('remembers removals until their time is over', async () => {
      const target = 'removals';
      const removal = (hour: number) =>
        ({ at: `2026-11-01T0${hour}:00:00.000Z`, kind: 'members', type: 'group', group: 'g', count: hour }) as const;
      await store.record([1, 2, 3].map((hour) => ({ kind: 'removal', target, removal: removal(hour) })));
      await reopen();
      assert.deepEqual(await store.removals(target), [removal(1), removal(2), removal(3)]);
      await store.record([{ kind: 'removals_over', target, before: '2026-11-01T02:00:00.000Z' }]);
      assert.deepEqual(await store.removals(target), [removal(2), removal(3)]);
      await reopen();
      assert.deepEqual(await store.removals(target), [removal(2), removal(3)]);
      assert.deepEqual(await store.removals('another'), []);
    });

    it('lets records that run side by side take effect in call order', async () => {
      const target = 'order';
      const versions = Array.from({ length: 200 }, (_, index) => String(index));
      await Promise.all(
        versions.map((version) => store.record([{ kind: 'link', link: aLink('a', { target, version }) }])),
      );
      assert.equal((await store.links(target, ['a'])).get('a')?.version, '199');
      await reopen();
      assert.equal((await store.links(target, ['a'])).get('a')?.version, '199');
    });

    it('takes an empty record for nothing', async () => {
      await store.record([]);
    });

    it('gives equal digests for equal text, also after it was opened again, and tells nothing of the text', async () => {
      const digest = store.digest('ada@example.org');
      assert.notEqual(digest, store.digest('ada@example.com'));
      assert.match(digest, /^[\w-]{16,}$/);
      const { lineage } = store;
      await reopen();
      assert.equal(store.digest('ada@example.org'), digest);
      assert.equal(store.lineage, lineage);
      const other = await makeFixture();
      const stranger = await other.open();
      assert.notEqual(stranger.digest('ada@example.org'), digest, 'keyed with a secret of the installation');
      assert.notEqual(stranger.lineage, lineage);
      await stranger.close();
      await other.dispose();
    });

    it('takes no records once it is closed, and may be closed twice', async () => {
      const closed = store;
      await closed.close();
      await closed.close();
      await assert.rejects(closed.record([{ kind: 'link', link: aLink('late', { target: 'late' }) }]));
      store = await fixture.open();
      assert.deepEqual(await store.links('late', ['late']), new Map());
    });

    it('shows a reader the state of now, from which later records are absent', async () => {
      if (fixture.view === undefined) return;
      const target = 'viewed';
      await store.record([{ kind: 'link', link: aLink('a', { target }) }]);
      const view = await fixture.view();
      await store.record([{ kind: 'link', link: aLink('b', { target }) }]);
      assert.deepEqual([...(await view.links(target, ['a', 'b'])).keys()], ['a']);
      assert.equal(view.lineage, store.lineage);
      assert.equal(view.digest('x'), store.digest('x'));
      await view.decide({ target, holdId: 'from-outside', decision: 'approve', at: '2026-11-02T00:00:00.000Z' });
      const { waiting } = await store.decisions();
      assert.deepEqual(
        waiting.map((one) => one.holdId),
        ['from-outside'],
      );
      for (const { key } of waiting) await store.removeDecision(key);
      await view.close();
    });
  });
  decisionsContract(name, makeFixture);
}

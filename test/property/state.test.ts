import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../src/adapters/lowdb/open-view.ts';
import { linkStamp } from '../../src/core/model/link.ts';
import type { StateChange } from '../../src/ports/state-change.ts';
import type { StateStore, StateView } from '../../src/ports/state-store.ts';
import { aLink, aQuarantine } from '../contract/state-store.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { VolatileDisk } from '../support/volatile-disk.ts';
import { acknowledgedMembers } from '../support/acknowledged-members.ts';
import { besides } from '../support/besides.ts';

const targets = ['wiki', 'chat'];
const directories = ['corp', 'lab'];
const ids = ['a', 'b', 'c', 'd', 'e'];
const types = ['user', 'group'] as const;

const target = fc.constantFrom(...targets);
const id = fc.constantFrom(...ids);
const type = fc.constantFrom(...types);
const someIds = fc.array(id, { maxLength: 4 });

/** Few enough that a proof is often of the link that is there. */
const plainLink = fc.record({ targetId: fc.constantFrom('1', '2'), attributes: fc.constantFrom({}, { title: 'x' }) });

const change: fc.Arbitrary<StateChange> = fc.oneof(
  fc
    .record({
      target,
      sourceId: id,
      type,
      targetId: fc.constantFrom('1', '2', '3', '4', '5', '6'),
      directory: fc.constantFrom(...directories),
      origin: fc.constantFrom('created' as const, 'adopted' as const),
      lifecycle: fc.constantFrom('active' as const, 'deactivated' as const, 'lost' as const),
      version: fc.option(fc.string(), { nil: undefined }),
      attributes: fc.dictionary(
        fc.constantFrom('title', 'nickName', 'locale'),
        fc.oneof(fc.string(), fc.constantFrom('-', '~', '?')),
        { maxKeys: 3 },
      ),
    })
    .map((rest): StateChange => ({ kind: 'link', link: aLink(rest.sourceId, rest) })),
  fc.record({ kind: fc.constant('unlink' as const), target, sourceId: id }),
  fc
    .record({ target, sourceId: id, proof: fc.constantFrom('proof 1', 'proof 2'), link: fc.option(plainLink) })
    .map(({ target: name, sourceId, proof, link }): StateChange => ({
      kind: 'proved',
      target: name,
      proofs: [[sourceId, proof, linkStamp(aLink(sourceId, link ?? { targetId: '0' }))]],
    })),
  fc
    .record({ target, sourceId: id, link: plainLink })
    .map(({ target: name, sourceId, link }): StateChange => ({
      kind: 'link',
      link: aLink(sourceId, { target: name, ...link }),
    })),
  fc.record({
    kind: fc.constant('former' as const),
    target,
    type,
    accounts: fc.array(fc.tuple(fc.constantFrom('1', '2', '7'), id), { maxLength: 2 }),
  }),
  fc
    .record({ from: id, sourceId: id, target, type, targetId: fc.constantFrom('1', '2', '3') })
    .map(({ from, ...rest }): StateChange => ({ kind: 'relink', from, link: aLink(rest.sourceId, rest) })),
  fc.record({ kind: fc.constant('members' as const), target, group: id, add: someIds, remove: someIds }),
  fc
    .record({ target, sourceId: id, type, attempts: fc.nat(5) })
    .map((rest): StateChange => ({ kind: 'quarantine', quarantine: aQuarantine(rest.sourceId, rest) })),
  fc.record({ kind: fc.constant('quarantine_over' as const), target, sourceId: id }),
  fc
    .record({ kind: fc.constantFrom('intent' as const, 'settled' as const), target, type, sourceId: id })
    .map(({ kind, ...intent }): StateChange => ({ kind, intent: { ...intent, directory: 'corp' } })),
  fc.record({
    kind: fc.constant('removals_over' as const),
    target,
    before: fc.constantFrom('2026-11-01', '2026-11-03'),
  }),
  fc
    .record({ target, type, count: fc.nat(9), day: fc.integer({ min: 1, max: 4 }) })
    .map((one): StateChange => ({
      kind: 'removal',
      target: one.target,
      removal: { at: `2026-11-0${one.day}T00:00:00.000Z`, kind: 'removals', type: one.type, count: one.count },
    })),
  fc
    .record({ target, pending: fc.nat(9), holdId: fc.string() })
    .map((one): StateChange => ({
      kind: 'target',
      target: one.target,
      state: {
        pending: one.pending,
        rejections: [{ holdId: one.holdId, at: '2026-11-01T00:00:00.000Z', operations: [] }],
      },
    })),
);

type Step =
  | { readonly kind: 'records'; readonly records: readonly (readonly StateChange[])[] }
  | { readonly kind: 'reopen' | 'crash' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('records' as const),
      records: fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('reopen' as const, 'crash' as const) }) },
);

describe('The embedded state', () => {
  it('answers every question like a plain model, through compactions, restarts and power cuts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.constantFrom(0, 1000, undefined),
        async (steps, compactAfter) => {
          const model = createMemoryStore();
          let disk = new VolatileDisk();
          const open = (): Promise<StateStore> =>
            openStateStore({ folder: '/state', files: disk.files(), clock: { now: () => 0 }, compactAfter });
          let store = await open();
          for (const one of steps) {
            if (one.kind === 'records') {
              await Promise.all(one.records.map((record) => store.record(record)));
              for (const record of one.records) await model.record(record);
            } else {
              if (one.kind === 'reopen') await store.close();
              else disk = disk.afterPowerCut(() => 0); // only what was synced
              store = await open();
            }
            assert.deepEqual(await everything(store), await everything(model));
          }
          assert.deepEqual(
            await everything(await openStateView({ folder: '/state', files: disk.files() })),
            await everything(model),
          );
          await store.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** All answers that a state can give, in an order of their own. */
async function everything(state: StateView): Promise<unknown> {
  const answers: unknown[] = [];
  for (const name of targets) {
    answers.push(
      await state.counts(name),
      await state.target(name),
      await state.removals(name),
      await state.memberships(name),
    );
    for (const one of types) answers.push(await state.holders(name, one, 'title'));
    answers.push(sorted(await state.links(name, ids)), sorted(await state.quarantined(name, ids)));
    answers.push(sorted(await state.proofs(name, ids)));
    answers.push((await state.openIntents(name)).map((intent) => JSON.stringify(intent)).sort());
    for (const one of types) answers.push(sorted(await state.owners(name, one, ['1', '2', '3', '4', '5', '6'])));
    for (const one of types) answers.push(sorted(await state.formerOwners(name, one, ['1', '2', '3', '4', '5', '6'])));
    for (const owner of ids)
      answers.push((await state.formerAccounts(name, owner)).map(({ type, targetId }) => `${type} ${targetId}`).sort());
    for (const group of ids) answers.push([...(await acknowledgedMembers(state, name, group))].sort());
    const missing = await besides(state, ['a', 'b'], (marks) => marks.unmarkedLinks(name, new Set(['corp'])));
    answers.push(missing.map(({ sourceId }) => sourceId).sort());
  }
  return answers;
}

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

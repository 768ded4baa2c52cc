import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { App } from '../../../src/bridge/app.ts';
import { createNextCycle } from '../../../src/bridge/next-cycle.ts';
import { verifyScheduled, type Round } from '../../../src/bridge/verify-scheduled.ts';
import type { LoggedEntry } from '../../../src/core/model/log-entry.ts';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { isFailure, overriding, type ScimTarget } from '../../../src/ports/scim-target.ts';
import type { CyclesInput } from '../../../src/cycle/run-cycles.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import { cycleStage, minute, person, type StageOptions } from '../../support/cycle-stage.ts';
import { memoryNotes } from '../../support/memory-notes.ts';

type Verified = Extract<CycleEvent, { kind: 'verified' }>;

/** People whom a target has, and a comparison that gives what drifted to the next cycle. */
async function daemon(options: StageOptions = {}) {
  const stage = cycleStage(
    ['a', 'b', 'c'].map((id) => person(id, { title: 'Engineer' })),
    options,
  );
  for (let cycle = 0; cycle < 2; cycle += 1) assert.equal((await stage.cycle()).report.result, 'success');
  await stage.clock.advance(10 * minute);
  const nextCycle = createNextCycle();
  const notes = memoryNotes();
  const over = new AbortController();
  const events: CycleEvent[] = [];
  const told = (): Verified[] => events.filter((event) => event.kind === 'verified');
  /** `onEvent` sees what is told, `cycle` changes the cycle that drift is given to. */
  const verify = (
    more: { readonly onEvent?: (event: CycleEvent) => void; readonly cycle?: Partial<CyclesInput> } = {},
    calls: Partial<ScimTarget> = {},
    round: Round = 'all',
  ): Promise<boolean> => {
    const app = {
      comparedNotes: notes,
      configuration: { targets: new Map([['wiki', { drift: 'repair' }]]) },
      clock: stage.clock,
      sources: new Map([['corp', stage.source]]),
      prepare: () => Promise.resolve({ ...stage.setup, target: overriding(stage.target, calls) }),
      observer: (event: CycleEvent) => {
        events.push(event);
        more.onEvent?.(event);
      },
    } as unknown as App;
    const cycle = async (): Promise<void> => {
      const own = await nextCycle.prepare('wiki', stage.store);
      const repaired = own === undefined ? undefined : new Map([['wiki', own]]);
      nextCycle.started(
        'wiki',
        stage.cycle({ repaired, ...more.cycle }).then(({ report }) => report),
      );
    };
    const input = {
      app,
      store: { current: () => Promise.resolve(stage.store), close: () => Promise.resolve() },
      directoryCaches: createDirectoryCaches(),
      nextCycle,
      mayRead: () => true,
      ring: () => {
        if (!over.signal.aborted) void cycle(); // a daemon that ends begins no round
      },
      signal: over.signal,
    };
    return verifyScheduled(input, round);
  };
  /** By hand, on the target. */
  const change = async (id: string, path: string, value: string | boolean): Promise<void> => {
    const link = (await stage.store.links('wiki', [id])).get(id);
    const { signal } = new AbortController();
    await stage.target.update('user', link?.targetId ?? '', [{ path, change: 'set', value, had: true }], signal);
  };
  return { ...stage, notes, nextCycle, over, events, told, verify, change };
}

/** What the state says of the last comparison: who differs, and whether a cycle has it. */
async function assertCounted(
  { store }: Awaited<ReturnType<typeof daemon>>,
  users: Readonly<Record<string, number>>,
  isGivenToCycle: boolean,
): Promise<void> {
  const record = await store.verified('wiki');
  assert.deepEqual([record?.drift.user, record?.isGivenToCycle], [users, isGivenToCycle]);
}

describe('a comparison by schedule', () => {
  it('goes on in a round of its own when the target was away, and is over then', async () => {
    const stage = await daemon();
    let reads = 0;
    const away: Partial<ScimTarget> = {
      walk: () => Promise.resolve('partial'),
      read: (...call) => {
        reads += 1;
        return reads <= 2
          ? stage.target.read(...call)
          : Promise.resolve({ class: 'auth', status: 401, detail: 'not now' });
      },
    };
    assert.equal(await stage.verify({}, away), true);
    assert.equal(stage.events.at(-1)?.kind, 'verify_failed');
    assert.equal(await stage.verify({}, { walk: () => Promise.resolve('partial') }, 'cut-short'), false);
    assert.equal((await stage.store.verified('wiki'))?.compared.user, 3);
    const told = stage.events.length;
    assert.equal(await stage.verify({}, {}, 'cut-short'), false);
    assert.equal(stage.events.length, told, 'nothing is left to go on with');
  });

  it('ends when it is told to while it records what it found, and says that no cycle has it', async () => {
    const { verify, change, over, told, store } = await daemon();
    await change('a', 'title', 'Queen');
    await verify({
      onEvent: ({ kind }) => {
        if (kind === 'verified') over.abort();
      },
    });
    assert.deepEqual(
      told().map(({ verified, isNews }) => [verified.drift.user, verified.isGivenToCycle, isNews]),
      [
        [{ attribute: 1 }, true, true],
        [{ attribute: 1 }, false, false],
      ],
    );
    assert.equal((await store.verified('wiki'))?.isGivenToCycle, false);
  });

  it('counts nothing any more when a cycle has put it right', async () => {
    const { verify, change, store } = await daemon();
    await change('a', 'title', 'Queen');
    await verify();
    assert.deepEqual((await store.verified('wiki'))?.drift, { user: {}, group: {} });
  });

  it('is named in the log as what made the repair', async () => {
    const { verify, change, store } = await daemon();
    await change('a', 'title', 'Queen');
    await verify();
    const entries: LoggedEntry[] = [];
    for await (const batch of store.logged(0)) entries.push(...batch);
    assert.deepEqual(
      entries.slice(3).map(({ sourceId, verb, cause }) => [sourceId, verb, cause]),
      [['a', 'update', 'verify']],
    );
  });

  it('goes on counting what the cycle holds', async () => {
    const stage = await daemon();
    await stage.change('a', 'title', 'Queen');
    const limits = { ...stage.setup.limits, updates: { percent: 0, atLeast: 0 } };
    const setup = { ...stage.setup, limits };
    await stage.verify({ cycle: { prepare: () => Promise.resolve(setup) } });
    await assertCounted(stage, { attribute: 1 }, true);
  });

  it('goes on counting what the cycle could not write, and no more', async () => {
    const stage = await daemon();
    await stage.change('a', 'title', 'Queen');
    await stage.change('b', 'title', 'King');
    const update: ScimTarget['update'] = (type, id, ...rest) =>
      id === 'user-1'
        ? Promise.resolve({ kind: 'failed', failure: { class: 'conflict', status: 409, detail: 'no' } })
        : stage.target.update(type, id, ...rest);
    const setup = { ...stage.setup, target: overriding(stage.target, { update }) };
    await stage.verify({ cycle: { prepare: () => Promise.resolve(setup) } });
    await assertCounted(stage, { attribute: 1 }, true);
  });

  it('goes on counting what the target acknowledged and does not have, and gives it to no cycle again', async () => {
    const stage = await daemon();
    await stage.change('a', 'title', 'Queen');
    const mute: Partial<ScimTarget> = {
      read: async (type, id, signal) => {
        const one = await stage.target.read(type, id, signal);
        return isFailure(one) || id !== 'user-1' ? one : { ...one, body: { ...one.body, title: 'Queen' } };
      },
    };
    await stage.verify({}, mute);
    await assertCounted(stage, { attribute: 1 }, false);
    await stage.nextCycle.prepare('wiki', stage.store);
    assert.deepEqual(await stage.store.unstored('wiki'), { title: 1 });
  });

  it("goes on counting who carries somebody else's externalId beside what is put right", async () => {
    const stage = await daemon();
    await stage.change('a', 'title', 'Queen');
    await stage.change('b', 'externalId', 'somebody-else');
    await stage.verify();
    await assertCounted(stage, { identity: 1 }, false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { App } from '../../../src/bridge/app.ts';
import { createNextCycle } from '../../../src/bridge/next-cycle.ts';
import { verifyScheduled } from '../../../src/bridge/verify-scheduled.ts';
import { createDirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { overriding, type ScimTarget } from '../../../src/ports/scim-target.ts';
import type { CyclesInput } from '../../../src/cycle/run-cycles.ts';
import type { CycleEvent } from '../../../src/ports/cycle-observer.ts';
import { cycleStage, minute, person, type StageOptions } from '../../support/cycle-stage.ts';

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
  const over = new AbortController();
  const events: CycleEvent[] = [];
  const told = (): Verified[] => events.filter((event) => event.kind === 'verified');
  /** `onEvent` sees what is told, `cycle` changes the cycle that drift is given to. */
  const verify = (
    more: { readonly onEvent?: (event: CycleEvent) => void; readonly cycle?: Partial<CyclesInput> } = {},
    calls: Partial<ScimTarget> = {},
  ): Promise<void> => {
    const app = {
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
      await nextCycle.prepare('wiki', stage.store);
      nextCycle.started(
        'wiki',
        stage.cycle(more.cycle).then(({ report }) => report),
      );
    };
    return verifyScheduled({
      app,
      store: { current: () => Promise.resolve(stage.store), close: () => Promise.resolve() },
      directoryCaches: createDirectoryCaches(),
      nextCycle,
      mayRead: () => true,
      ring: () => {
        if (!over.signal.aborted) void cycle(); // a daemon that ends begins no round
      },
      signal: over.signal,
    });
  };
  /** By hand, on the target. */
  const change = async (id: string, path: string, value: string | boolean): Promise<void> => {
    const link = (await stage.store.links('wiki', [id])).get(id);
    const { signal } = new AbortController();
    await stage.target.update('user', link?.targetId ?? '', [{ path, change: 'set', value, had: true }], signal);
  };
  return { ...stage, nextCycle, over, events, told, verify, change };
}

describe('a comparison by schedule', () => {
  it('ends when it is told to while it records what it found', async () => {
    const { verify, change, over, told } = await daemon();
    await change('a', 'title', 'Queen');
    await verify({
      onEvent: ({ kind }) => {
        if (kind === 'verified') over.abort();
      },
    });
    assert.deepEqual(
      told().map(({ verified }) => verified.drift.user),
      [{ attribute: 1 }],
    );
  });
});

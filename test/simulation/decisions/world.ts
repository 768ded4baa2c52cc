import { createDirectoryCaches, type DirectoryCaches } from '../../../src/cycle/read/directory-caches.ts';
import { createHeldMatches, type HeldMatches } from '../../../src/cycle/match/held-matches.ts';
import { createCleanCycles, type CleanCycles } from '../../../src/cycle/plan/clean-cycles.ts';
import type { TargetSetup } from '../../../src/cycle/shared/target-setup.ts';
import type { SourceId } from '../../../src/core/model/entry.ts';
import { cycleStage, person } from '../../support/cycle-stage.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createFakeSource, type FakeSource } from '../../support/fake-source.ts';
import { createFakeTarget, type FakeTarget } from '../../support/fake-target.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';
import { createRandom, randomId, type Random } from '../random.ts';

export const targetNames = ['wiki', 'chat'] as const;
export type TargetName = (typeof targetNames)[number];
export const everybody: readonly SourceId[] = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9'];
/** So many may leave a target within a day without anybody's word. */
export const mostUnasked = 2;

/** What a daemon knows between its cycles. */
export interface Memory {
  readonly directoryCaches: DirectoryCaches;
  readonly cleanCycles: CleanCycles;
  readonly heldMatches: HeldMatches;
}

export function startProcess(): Memory {
  return {
    directoryCaches: createDirectoryCaches(),
    cleanCycles: createCleanCycles(),
    heldMatches: createHeldMatches(),
  };
}

/** One target, and what an onlooker knows of it who sees everything. */
export interface Place {
  readonly name: TargetName;
  readonly fake: FakeTarget;
  readonly setup: TargetSetup;
  /** Of each who may be removed because a person said so: when that was said, and whether about this one alone. */
  readonly allowed: Map<SourceId, { readonly at: number; readonly isPush: boolean }>;
  /** Whom a person wants to stay, although the directory does not show them. */
  readonly kept: Set<SourceId>;
  /** Removals for which nobody had given a word, and those of one alone, which leave less room for them. */
  counted: readonly { readonly id: SourceId; readonly at: number }[];
  /** How many removals may have taken effect without being remembered: the process died. */
  unremembered: number;
}

/** A directory, two targets that hold the same, people who decide, and a state. */
export interface World {
  readonly seed: number;
  readonly random: Random;
  readonly clock: FakeClock;
  readonly source: FakeSource;
  readonly places: Readonly<Record<TargetName, Place>>;
  store: MemoryStore;
  process: Memory;
  /** What happened, for whoever has to understand a failure. */
  readonly trace: string[];
}

export function createWorld(seed: number): World {
  const clock = fakeClock({ seed });
  const ids = createRandom(seed ^ 0x1d);
  const source = createFakeSource('corp');
  for (const id of everybody) source.put(person(id));
  return {
    seed,
    random: createRandom(seed),
    clock,
    source,
    places: { wiki: createPlace('wiki'), chat: createPlace('chat') },
    store: createMemoryStore(() => randomId(ids)),
    process: startProcess(),
    trace: [],
  };
}

function createPlace(name: TargetName): Place {
  const fake = createFakeTarget({ name, concurrency: 1 });
  const open = { percent: 100, atLeast: 99 };
  const { setup } = cycleStage([]);
  return {
    name,
    fake,
    setup: {
      ...setup,
      target: fake,
      limits: { ...setup.limits, removals: { percent: 0, atLeast: mostUnasked }, members: open, updates: open },
    },
    allowed: new Map(),
    kept: new Set(),
    counted: [],
    unremembered: 0,
  };
}

import type { Clock } from '../ports/clock.ts';
import { createFailureCounts, type FailureCounts } from './failing.ts';
import { createHeldMatches, type HeldMatches } from './match/held-matches.ts';
import { createCleanCycles, type CleanCycles } from './plan/clean-cycles.ts';
import { createDirectoryCaches, type DirectoryCaches } from './read/directory-caches.ts';
import { createTimekeeper, type Timekeeper } from './shared/timekeeper.ts';

/** What a process remembers from cycle to cycle. All of it can be lost: a cycle without it looks at everything. */
export interface CycleMemory {
  readonly directoryCaches: DirectoryCaches;
  readonly cleanCycles: CleanCycles;
  readonly heldMatches: HeldMatches;
  readonly timekeeper: Timekeeper;
  readonly failures: FailureCounts;
}

export function createCycleMemory(clock: Pick<Clock, 'monotonic'>): CycleMemory {
  return {
    directoryCaches: createDirectoryCaches(),
    cleanCycles: createCleanCycles(),
    heldMatches: createHeldMatches(),
    timekeeper: createTimekeeper(clock),
    failures: createFailureCounts(),
  };
}

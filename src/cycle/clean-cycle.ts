import type { SourceId } from '../core/model/entry.ts';
import type { Draft } from '../core/mapping/project.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { Clock } from '../ports/clock.ts';
import type { IncrementalScope } from './plan/incremental-scope.ts';
import type { CleanCycle } from './plan/clean-cycles.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import type { PushReport } from './push/push.ts';

/** A cycle that left nothing undone, from what it read to what it sent. */
export interface CycleRun {
  readonly readings: readonly CompleteReading[];
  readonly draft: Draft;
  /** How the cycle before left the target, where it was in step then. */
  readonly before: CleanCycle | undefined;
  /** When this plan was made, by the monotonic clock. */
  readonly plannedNow: number;
  readonly incrementalScope: IncrementalScope | undefined;
  readonly prepared: Preparation;
  readonly pushed: PushReport;
}

/** What the next cycle has to know to plan no more than what changed. */
export function cleanCycleOf(
  { readings, draft, before, plannedNow, incrementalScope, prepared, pushed }: CycleRun,
  clock: Pick<Clock, 'now' | 'monotonic'>,
): CleanCycle {
  const isOfSome = incrementalScope !== undefined;
  return {
    readings,
    draft,
    unmatchable: prepared.made.unmatchable,
    unseen: prepared.known.unseen,
    plannedAt: isOfSome ? (before?.plannedAt ?? plannedNow) : plannedNow,
    lookAt: Math.min(nextLook(prepared, clock), isOfSome ? (before?.lookAt ?? Infinity) : Infinity),
    reverify: pushed.applied.length === 0 ? new Set() : isOfSome ? idsIn(incrementalScope) : 'everyone',
  };
}

/** When the first of those whom a search found unmatchable is looked for again, by the monotonic clock. */
function nextLook({ made, quarantine }: Preparation, clock: Pick<Clock, 'now' | 'monotonic'>): number {
  let pause = Infinity;
  for (const { sourceId } of made.unmatchable)
    pause = Math.min(pause, (quarantine.retryAt(sourceId) ?? Infinity) - clock.now());
  return clock.monotonic() + Math.max(0, pause);
}

function idsIn({ resources, rejected, left }: IncrementalScope): ReadonlySet<SourceId> {
  return new Set([...resources.map(({ sourceId }) => sourceId), ...rejected.map(({ sourceId }) => sourceId), ...left]);
}

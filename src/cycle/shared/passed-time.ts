import { gapBetween, longestInterval, seenSince, standingGaps, type Gap } from '../../core/planning/seen-time.ts';
import { timeToComeBack, type RemovalPolicy } from '../../core/planning/policy.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { Timekeeper } from './timekeeper.ts';

/** What of the time since a target's last cycle, and before it, was seen to pass. */
export interface PassedTime {
  /** With the gap since the last cycle, if there is one. */
  readonly gaps: readonly Gap[];
  /** Milliseconds since a time (ISO 8601). */
  readonly seenSince: (at: string) => number;
}

export function passedTime(
  target: string,
  { lastCycleAt, gaps: known = [] }: TargetState,
  now: number,
  removal: RemovalPolicy,
  timekeeper: Timekeeper | undefined,
): PassedTime {
  const times = (['user', 'group'] as const).flatMap((type) => timeToComeBack(removal, type) ?? []);
  const gap = gapBetween(
    lastCycleAt,
    now,
    timekeeper?.since(target, lastCycleAt),
    longestInterval(
      times.reduce((one, other) => Math.min(one, other), Infinity),
      removal.longestLeap,
    ),
  );
  const gaps = gap === undefined ? known : [...known, gap];
  return {
    gaps: standingGaps(
      gaps,
      now,
      times.reduce((one, other) => Math.max(one, other), 0),
    ),
    seenSince: (at) => seenSince(Date.parse(at), now, gaps),
  };
}

/** A stretch of the clock of which a part was not seen to pass: the clock leapt, or nobody looked for long. */
export interface Gap {
  /** ISO 8601: the end of one cycle, and the next time that anybody looked. */
  readonly from: string;
  readonly to: string;
  /** Milliseconds between them that nobody saw pass. */
  readonly missing: number;
}

const day = 24 * 60 * 60_000;

/** Between two looks so much passes at most; a clock that is set forward further than that is not followed. */
const longestMilliseconds = 8 * day;

/** A look a day is always believed. */
const shortestMilliseconds = day + day / 24;

/**
 * The same where people have less time to come back: no leap may take more than half of it.
 *
 * @param most what somebody allows at most, in milliseconds: less than is believed otherwise
 */
export function longestInterval(comeBack: number | undefined, most = longestMilliseconds): number {
  return Math.min(most, Math.max(shortestMilliseconds, Math.min(longestMilliseconds, (comeBack ?? Infinity) / 2)));
}

/** How far the clock may run ahead of what was measured before it counts as a leap. */
const toleranceMilliseconds = 5 * 60_000;

/**
 * The gap between two looks, if there is one.
 *
 * @param from ISO 8601
 * @param measured milliseconds that passed by a monotonic clock, where one process saw both
 * @param longest what is believed without a measurement, in milliseconds
 */
export function gapBetween(
  from: string | undefined,
  now: number,
  measured: number | undefined,
  longest: number,
): Gap | undefined {
  if (from === undefined) return undefined;
  const interval = now - Date.parse(from);
  const seen =
    measured === undefined || interval - measured <= toleranceMilliseconds ? longest : Math.min(measured, longest);
  return interval > seen ? { from, to: new Date(now).toISOString(), missing: interval - seen } : undefined;
}

/** How much time was seen to pass since an instant, in milliseconds; negative when the clock was set back behind it. */
export function seenSince(instant: number, now: number, gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { from, to, missing }) => {
    const overlap = Math.min(Date.parse(to), now) - Math.max(Date.parse(from), instant);
    return overlap > 0 ? sum - Math.min(missing, overlap) : sum;
  }, now - instant);
}

/** Those that still matter to somebody who has so much time, in milliseconds. */
export function standingGaps(gaps: readonly Gap[], now: number, comeBack: number | undefined): Gap[] {
  const most = Math.max(day, comeBack ?? 0);
  return gaps.filter(({ to }) => seenSince(Date.parse(to), now, gaps) < most);
}

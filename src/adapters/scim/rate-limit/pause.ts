import type { Clock } from '../../../ports/clock.ts';
import type { Quota } from './quota.ts';

/** When nobody may send, because the target asked for that or has nothing left for us. */
export interface Pause {
  /** The target asked to be left alone. True when the pause is long enough to be noted. */
  ask(milliseconds: number): boolean;
  /** What an answer says is left. */
  expect(quota: Quota, othersInFlight: number): void;
  /** One request leaves. */
  took(): void;
  /** Milliseconds until anybody may send; 0 when it is now. */
  rest(): number;
  /** When the pause that was asked for ends, by the monotonic clock. */
  askedUntil(): number;
  /** Takes up a pause that was noted in an earlier process. */
  resume(until: number): void;
}

/** Shorter ones are over before a process is back. */
const shortestNoted = 1_000;
/** A pause that reaches further is a mistake: an instant where seconds belong, or a noted one and a clock that jumped. */
const longest = 24 * 60 * 60_000;
/** What only follows from a count is not waited for longer: should it be wrong, the target says so. */
const longestExpected = 10 * 60_000;

/** A pause lasts up to a tenth longer than asked, so that several replicas don't come back in one moment. */
export function createPause(clock: Clock): Pause {
  let askedUntil = -Infinity;
  /** So many requests may leave until then. */
  let allowance: { left: number; until: number } | undefined;
  const after = (milliseconds: number): number => clock.monotonic() + milliseconds * (1 + clock.random() * 0.1);

  return {
    ask(milliseconds) {
      askedUntil = Math.max(askedUntil, after(Math.min(milliseconds, longest)));
      return milliseconds >= shortestNoted;
    },
    /** What is in flight may not be in the target's count yet. Answers overtake each other: the lower count is right. */
    expect({ left, resetMilliseconds }, othersInFlight) {
      const safely = left - othersInFlight;
      if (allowance !== undefined && allowance.until > clock.monotonic() && allowance.left <= safely) return;
      allowance = { left: safely, until: after(Math.min(resetMilliseconds, longestExpected)) };
    },
    took() {
      if (allowance !== undefined) allowance.left -= 1;
    },
    rest() {
      const now = clock.monotonic();
      if (allowance !== undefined && allowance.until <= now) allowance = undefined;
      const emptyUntil = allowance !== undefined && allowance.left <= 0 ? allowance.until : -Infinity;
      return Math.max(0, askedUntil - now, emptyUntil - now);
    },
    askedUntil: () => askedUntil,
    resume(until) {
      askedUntil = Math.max(askedUntil, Math.min(until, clock.monotonic() + longest));
    },
  };
}

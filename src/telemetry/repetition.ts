import type { Clock } from '../ports/clock.ts';

/** How long an unchanged trouble stays quiet before it is told again. */
const reminderMilliseconds = 15 * 60_000;

interface Standing {
  readonly signature: string;
  toldAt: number;
  untold: number;
}

/** Keeps a trouble that comes back with every poll from filling the log. */
export interface Repetition {
  /**
   * The subject (a target, a directory) has this trouble now. Undefined when that was told lately; otherwise how many
   * times it was kept quiet since it was last told. Another signature is news.
   */
  tell(subject: string, signature: string): number | undefined;
  /** The trouble is over. True when there was one. */
  over(subject: string): boolean;
}

export function createRepetition(clock: Clock): Repetition {
  const standing = new Map<string, Standing>();
  return {
    tell(subject, signature) {
      const now = clock.monotonic();
      const known = standing.get(subject);
      if (known?.signature !== signature) {
        standing.set(subject, { signature, toldAt: now, untold: 0 });
        return 0;
      }
      if (now - known.toldAt < reminderMilliseconds) {
        known.untold += 1;
        return undefined;
      }
      const { untold } = known;
      known.toldAt = now;
      known.untold = 0;
      return untold;
    },
    over: (subject) => standing.delete(subject),
  };
}

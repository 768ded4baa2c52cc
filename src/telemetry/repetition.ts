import type { Clock } from '../ports/clock.ts';

/** How long an unchanged problem stays quiet before it is logged again. */
const reminderMilliseconds = 15 * 60_000;
/** More subjects are not remembered; the ones that were first told longest ago are forgotten, and told as news again. */
const mostSubjects = 10_000;

interface Standing {
  readonly signature: string;
  toldAt: number;
  untold: number;
}

/** Keeps a problem that comes back with every poll from filling the log. */
export interface Repetition {
  /**
   * The subject (a target, a directory) has this problem now. Undefined when that was logged lately; otherwise how many
   * times it was left out since it was last logged. Another signature is news; without one, it is the problem that was
   * logged last, whatever that was.
   */
  tell(subject: string, signature?: string): number | undefined;
  /** The problem is over. True when there was one. */
  over(subject: string): boolean;
}

export function createRepetition(clock: Pick<Clock, 'monotonic'>): Repetition {
  const standing = new Map<string, Standing>();
  const forgetFirst = (): void => {
    const [first] = standing.keys();
    if (standing.size >= mostSubjects && first !== undefined) standing.delete(first);
  };
  return {
    tell(subject, signature) {
      const now = clock.monotonic();
      const known = standing.get(subject);
      if (known === undefined || (signature !== undefined && known.signature !== signature)) {
        if (known === undefined) forgetFirst();
        standing.set(subject, { signature: signature ?? '', toldAt: now, untold: 0 });
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

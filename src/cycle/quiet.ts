import type { CompleteReading } from '../core/model/reading.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Which targets have nothing to do for as long as their directories show nothing new: their last cycle left nothing
 * undone. Spares a daemon the planning of what cannot have changed.
 */
export interface Quiet {
  /** True while these readings are the very ones of the last cycle, and that is not too long ago. */
  readonly reigns: (target: string, readings: readonly CompleteReading[], clock: Pick<Clock, 'now' | 'monotonic'>) => boolean;
  readonly began: (target: string, silence: Silence) => void;
  readonly ended: (target: string) => void;
}

interface Silence {
  readonly readings: readonly CompleteReading[];
  /** By the monotonic clock. */
  readonly at: number;
  /** When these readings come to something else (milliseconds since 1970): an account expires. */
  readonly until: number;
}

/** Some things come with time alone: those who left are deleted after a while. */
const longestMilliseconds = 10 * 60_000;

export function createQuiet(): Quiet {
  const silences = new Map<string, Silence>();
  return {
    reigns(target, readings, clock) {
      const last = silences.get(target);
      return (
        last !== undefined &&
        clock.monotonic() - last.at < longestMilliseconds &&
        clock.now() < last.until &&
        readings.length === last.readings.length &&
        readings.every((reading, index) => reading === last.readings[index])
      );
    },
    began(target, silence) {
      silences.set(target, silence);
    },
    ended(target) {
      silences.delete(target);
    },
  };
}

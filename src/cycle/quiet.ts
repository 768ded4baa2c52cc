import type { CompleteReading } from '../core/model/reading.ts';

/**
 * Which targets have nothing to do for as long as their directories show nothing new: their last cycle left nothing
 * undone. Spares a daemon the planning of what cannot have changed.
 */
export interface Quiet {
  /** True while these readings are the very ones of the last cycle, and that is not too long ago. */
  readonly reigns: (target: string, readings: readonly CompleteReading[], monotonic: number) => boolean;
  readonly began: (target: string, readings: readonly CompleteReading[], monotonic: number) => void;
  readonly ended: (target: string) => void;
}

/** Some things come with time alone: those who left are deleted after a while. */
const longestMilliseconds = 10 * 60_000;

export function createQuiet(): Quiet {
  const since = new Map<string, { readonly readings: readonly CompleteReading[]; readonly at: number }>();
  return {
    reigns(target, readings, monotonic) {
      const last = since.get(target);
      return (
        last !== undefined &&
        monotonic - last.at < longestMilliseconds &&
        readings.length === last.readings.length &&
        readings.every((reading, index) => reading === last.readings[index])
      );
    },
    began(target, readings, at) {
      since.set(target, { readings, at });
    },
    ended(target) {
      since.delete(target);
    },
  };
}

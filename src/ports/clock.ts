/** Time, randomness and waiting, so that whole cycles can be simulated from a seed. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. May jump; only for what people read and for dates that come from outside. */
  now(): number;
  /** Monotonic milliseconds. For every duration and deadline. */
  monotonic(): number;
  /** Resolves after the given milliseconds, or rejects with the signal's reason. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

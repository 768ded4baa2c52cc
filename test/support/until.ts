import { setTimeout as wait } from 'node:timers/promises';

export interface UntilOptions {
  /** 30 s unless said. */
  readonly milliseconds?: number;
  /** Ends the waiting early, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Waits for a condition, looking every few milliseconds; rejects with its name when the time is up. */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  { milliseconds = 30_000, signal }: UntilOptions = {},
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await wait(20, undefined, signal === undefined ? {} : { signal });
  }
}

/**
 * Runs a job for each item, at most `width` at a time, in order of start. Stops starting when `isStopped` says so;
 * what runs is awaited. The first thrown error stops the rest and is thrown when all that ran have ended.
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  width: number,
  isStopped: () => boolean,
  job: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (next < items.length && errors.length === 0 && !isStopped()) {
      const item = items[next];
      next += 1;
      if (item === undefined) continue;
      try {
        await job(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}

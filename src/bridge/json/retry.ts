import type { Released } from '../retry.ts';

/** What is tried again on one target. */
export function retryJson({ target, released }: Released): unknown {
  return {
    target,
    released: released.map(({ type, sourceId, cause, status, since, attempts, retryAt }) => ({
      type,
      sourceId,
      cause,
      status,
      since,
      attempts,
      retryAt,
    })),
  };
}

import type { Released } from '../retry.ts';

/** What is tried again on one target. */
export function retryJson({ target, released, targetReleased }: Released): unknown {
  return {
    target,
    targetReleased,
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

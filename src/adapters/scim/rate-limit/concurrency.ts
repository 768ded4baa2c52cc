/** How a request ended. `given_up`: by us, which says nothing about the target. */
export type Ending = 'answered' | 'failed' | 'turned_away' | 'given_up';

/** How many requests may be in flight: more while the target takes them easily, fewer when it does not. */
export interface Concurrency {
  readonly limit: number;
  /** Counts the times that the limit fell. A request takes it along. */
  readonly fallen: number;
  /**
   * @param kind requests of one kind take about equally long
   * @param fallen what `fallen` was when the request began: one bad moment lets the limit fall once
   * @param isFull whether the limit kept others waiting; one that is not used proves nothing
   */
  ended(
    ending: Ending,
    request: { readonly kind: string; readonly milliseconds: number; readonly fallen: number },
    isFull: boolean,
  ): void;
}

const atFirst = 8;
/** Only being turned away goes below: a dead target has to be found out in time, and latency has many causes. */
const least = 4;

/**
 * As TCP finds its window (RFC 5681 §3.1): from a moderate start each answer allows one more, which doubles the limit
 * in a round trip; beyond the last good size one more a round trip. A failure (5xx, no answer) halves it. Being turned
 * away (429) is a timeout in TCP's terms: begin again with one, and by doubling to half of what was too much, so that
 * nobody's return from a pause is a stampede.
 *
 * Growing latency is the other sign, and the only one of an overloaded server that refuses nothing (TCP Vegas;
 * gradient limits of Netflix/concurrency-limits): when the mean of a round is over three times the usual one of this kind
 * of request, and 20 ms which are noise, the limit falls by a tenth. What is as slow with hardly anything in flight is the
 * usual one from then on.
 */
export function createConcurrency(most: number): Concurrency {
  let limit = Math.min(most, atFirst);
  let threshold = most;
  let fallen = 0;
  const latencies = new Map<string, Latency>();

  const fall = (to: number, goodUpTo: number): void => {
    limit = Math.max(1, to);
    threshold = Math.max(1, goodUpTo);
    fallen += 1;
  };
  return {
    get limit() {
      return Math.floor(limit);
    },
    get fallen() {
      return fallen;
    },
    ended(ending, request, isFull) {
      if (ending === 'given_up') return;
      const isNew = request.fallen === fallen;
      if (ending === 'turned_away') {
        if (isNew) fall(1, limit / 2);
        return;
      }
      if (ending === 'failed') {
        if (isNew && limit > least) fall(Math.max(least, limit / 2), limit / 2);
        return;
      }
      let latency = latencies.get(request.kind);
      if (latency === undefined)
        latencies.set(
          request.kind,
          (latency = { usual: Infinity, mean: 0, round: 0, sum: 0, count: 0, isSlow: false }),
        );
      const isRoundOver = addTo(latency, request.milliseconds, limit);
      if (latency.isSlow) {
        if (!isRoundOver) return;
        if (limit > least) fall(Math.max(least, limit * 0.9), limit * 0.9);
        else latency.usual = latency.mean;
      } else if (isFull) limit = Math.min(most, limit + (limit < threshold ? 1 : 1 / limit));
    },
  };
}

interface Latency {
  /** The lowest mean of a round. */
  usual: number;
  /** Of the last whole round. */
  mean: number;
  round: number;
  sum: number;
  count: number;
  isSlow: boolean;
}

/** True when a round is over: as many answers as were in flight when it began. */
function addTo(latency: Latency, milliseconds: number, inFlight: number): boolean {
  if (latency.count === 0) latency.round = Math.max(atFirst, inFlight);
  latency.sum += milliseconds;
  latency.count += 1;
  if (latency.count < latency.round) return false;
  latency.mean = latency.sum / latency.count;
  latency.usual = Math.min(latency.usual, latency.mean);
  Object.assign(latency, { sum: 0, count: 0, isSlow: latency.mean > 3 * latency.usual + 20 });
  return true;
}

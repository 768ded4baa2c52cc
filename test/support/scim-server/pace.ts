import type { Bucket } from './behaviour-http.ts';
import type { Behaviour } from './behaviour.ts';
import type { ScimRequestRecord } from './faults.ts';

/** What a bucket says to a request. */
export interface ReadOutcome {
  /** Seconds until there is room again; 0 when there is. */
  readonly wait: number;
  /** Of the tightest bucket, for headers; none without buckets. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Token buckets that a request has to fit into, all of them. */
export interface Pace {
  take(request: ScimRequestRecord): ReadOutcome;
}

interface Level {
  tokens: number;
  at: number;
}

/** `now` in milliseconds. */
export function createPace(behaviour: () => Behaviour, now: () => number): Pace {
  const levels = new WeakMap<Bucket, Level>();

  const levelOf = (bucket: Bucket): Level => {
    const most = bucket.burst ?? bucket.requests;
    const level = levels.get(bucket) ?? { tokens: most, at: now() };
    const since = now() - level.at;
    level.tokens = Math.min(most, level.tokens + (since / 1000) * (bucket.requests / bucket.perSeconds));
    level.at = now();
    levels.set(bucket, level);
    return level;
  };

  return {
    take(request) {
      const { buckets, tells } = behaviour().pace;
      const touched = buckets
        .filter((bucket) => counts(bucket, request))
        .map((bucket) => ({ bucket, level: levelOf(bucket) }));
      const waits = touched.map(({ bucket, level }) => secondsFor(1 - level.tokens, bucket));
      const wait = Math.max(0, ...waits);
      if (wait === 0) for (const { level } of touched) level.tokens -= 1;
      const tightest = touched.toSorted((one, other) => one.level.tokens - other.level.tokens)[0];
      const headers =
        tightest === undefined
          ? {}
          : headersFor(tells, wait, tightest.bucket, Math.max(0, Math.floor(tightest.level.tokens)), now());
      return { wait, headers };
    },
  };
}

/** Whole milliseconds, or tokens that are filled in many small steps would never add up. */
function secondsFor(tokens: number, { requests, perSeconds }: Bucket): number {
  return Math.max(0, Math.round(tokens * (perSeconds / requests) * 1000)) / 1000;
}

function counts({ methods, resource }: Bucket, request: ScimRequestRecord): boolean {
  return (
    (methods?.includes(request.method) ?? true) && (resource === undefined || request.path.startsWith(`/${resource}`))
  );
}

function headersFor(
  tells: Behaviour['pace']['tells'],
  wait: number,
  bucket: Bucket,
  left: number,
  now: number,
): Record<string, string> {
  const seconds = Math.ceil(wait);
  switch (tells) {
    case 'seconds':
      return wait > 0 ? { 'retry-after': String(seconds) } : {};
    case 'date':
      // A date has whole seconds: up, or it would be too early.
      return wait > 0 ? { 'retry-after': new Date(Math.ceil((now + wait * 1000) / 1000) * 1000).toUTCString() } : {};
    case 'x-ratelimit-reset':
      return {
        'x-ratelimit-limit': String(bucket.requests),
        'x-ratelimit-remaining': String(left),
        'x-ratelimit-reset': String(Math.ceil(now / 1000 + wait)),
      };
    case 'ratelimit':
      return {
        'ratelimit-policy': `"default";q=${bucket.requests};w=${bucket.perSeconds}`,
        ratelimit: `"default";r=${left};t=${Math.max(1, seconds)}`,
      };
    case 'nothing':
      return {};
  }
}

/**
 * How many milliseconds an answer asks to be left alone, as any client can read it: Retry-After in seconds or as a date
 * (RFC 9110 §10.2.3), else the epoch of X-RateLimit-Reset when nothing remains, or the seconds of RateLimit
 * (draft-ietf-httpapi-ratelimit-headers). 0: it does not.
 *
 * @param headers names in lower case
 * @param now milliseconds since 1970, by the server's clock
 */
export function askedWait(status: number, headers: Readonly<Record<string, string>>, now: number): number {
  if (![403, 429, 503].includes(status)) return 0;
  const after = headers['retry-after'];
  if (after !== undefined) return Math.max(0, /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now);
  const seconds = /\br=0;\s*t=(\d+)/.exec(headers['ratelimit'] ?? '')?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const reset = headers['x-ratelimit-reset'];
  return reset === undefined || headers['x-ratelimit-remaining'] !== '0' ? 0 : Math.max(0, Number(reset) * 1000 - now);
}

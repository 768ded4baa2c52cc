/**
 * How many milliseconds an answer asks to be left alone, as any client can read it: Retry-After in seconds or as a date
 * (RFC 9110 §10.2.3), else the epoch of X-RateLimit-Reset when nothing remains. 0: it does not.
 *
 * @param headers names in lower case
 * @param now milliseconds since 1970, by the server's clock
 */
export function askedWait(status: number, headers: Readonly<Record<string, string>>, now: number): number {
  if (![403, 429, 503].includes(status)) return 0;
  const after = headers['retry-after'];
  if (after !== undefined) return Math.max(0, /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now);
  const reset = headers['x-ratelimit-reset'];
  return reset === undefined || headers['x-ratelimit-remaining'] !== '0' ? 0 : Math.max(0, Number(reset) * 1000 - now);
}

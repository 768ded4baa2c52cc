import { parseHttpDate } from './retry-after.ts';

/** What a target says is left for us, and when it will be more. */
export interface Quota {
  /** Requests. */
  readonly left: number;
  readonly resetMilliseconds: number;
}

/** The headers that tell, as far as an answer has them; names in lower case. */
export type QuotaHeaders = Readonly<Record<string, string>>;

/**
 * - `ratelimit`: draft-ietf-httpapi-ratelimit-headers, since its eighth version a list like `"hour";r=0;t=1800`, before
 *   `limit=100, remaining=0, reset=50`
 * - `ratelimit-*`: its first versions, in seconds
 * - `x-ratelimit-*`: GitHub (epoch seconds) and most others; `x-rate-limit-*`: Okta (epoch), ConfigCat (seconds)
 */
export const quotaHeaderNames = [
  'ratelimit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-rate-limit-remaining',
  'x-rate-limit-reset',
] as const;

/** Who gives out less at longer intervals than a day has something else in mind. */
const longest = 24 * 60 * 60_000;

/**
 * What the headers of an answer say: the tightest of all that make sense. Undefined when none does: malformed fields
 * are to be ignored (the draft, §5).
 *
 * @param date the answer's `Date`: what an epoch is compared with; our wall clock (`now`) where there is none
 */
export function quotaOf(headers: QuotaHeaders, date: string | undefined, now: number): Quota | undefined {
  const clock = parseHttpDate(date ?? '') ?? now;
  const said = listed(headers['ratelimit'] ?? '');
  for (const prefix of ['ratelimit', 'x-ratelimit', 'x-rate-limit']) {
    said.push({ left: headers[`${prefix}-remaining`], reset: headers[`${prefix}-reset`] });
  }
  const quotas = said.flatMap(({ left, reset }) => {
    const resetMilliseconds = resetOf(reset, clock);
    const count = numberIn(left);
    return resetMilliseconds === undefined || count === undefined ? [] : [{ left: count, resetMilliseconds }];
  });
  return quotas.sort((a, b) => a.left - b.left || b.resetMilliseconds - a.resetMilliseconds)[0];
}

interface Said {
  readonly left: string | undefined;
  readonly reset: string | undefined;
}

function listed(field: string): Said[] {
  if (/\bremaining=/.test(field))
    return [{ left: /\bremaining=(\d+)/.exec(field)?.[1], reset: /\breset=(\d+)/.exec(field)?.[1] }];
  const items = field.match(/(?:"[^"]*"|[^",])+/g) ?? [];
  return items.map((item) => ({ left: /;\s*r=(\d+)/.exec(item)?.[1], reset: /;\s*t=(\d+)/.exec(item)?.[1] }));
}

/** Seconds from now, or since 1970, or milliseconds since 1970: nothing in between is a time that anybody waits for. */
function resetOf(text: string | undefined, now: number): number | undefined {
  const value = numberIn(text);
  if (value === undefined) return undefined;
  const wait = value > 1e11 ? value - now : value > 1e8 ? value * 1000 - now : value * 1000;
  return wait > longest ? undefined : Math.max(0, wait);
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

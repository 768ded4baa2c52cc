/**
 * How long a target asks to be left alone (RFC 9110 §10.2.3): seconds, or an HTTP date. A date is compared with the
 * `Date` of the answer that carries it, so that it does not matter whose clock is wrong; with our wall clock where
 * there is none. A date in the past means now. Undefined when there is no such header or it makes no sense.
 */
export function retryAfterMilliseconds(
  header: string | undefined,
  date: string | undefined,
  now: number,
): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  const until = parseHttpDate(text);
  return until === undefined ? undefined : Math.max(0, until - (parseHttpDate(date ?? '') ?? now));
}

/** Whether the header says a time at all: `-5`, `NaN` or `soon` do not. */
export function saysWhen(header: string | undefined): boolean {
  return retryAfterMilliseconds(header, undefined, 0) !== undefined;
}

/** Only the three forms of an HTTP date begin with the name of a day; Date.parse alone would take "-1" for a year. */
export function parseHttpDate(text: string): number | undefined {
  const time = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** How a duration is written, for messages. */
export const durationForm = 'a number with its unit: 500ms, 10s, 5m, 12h or 30d';

/** Whether a text means to be a duration: a number, then a word. */
export function looksLikeDuration(text: string): boolean {
  return /^\d+(?:\.\d+)?\s*[a-z]*$/i.test(text);
}

/** Milliseconds of a duration such as `10s`; a sentence about what is wrong otherwise. Zero is wrong. */
export function parseDuration(text: string): number | string {
  const [, number, unit] = form.exec(text) ?? [];
  if (number === undefined || !isUnit(unit)) return `"${text}" is not a duration; write ${durationForm}`;
  const milliseconds = Math.round(Number(number) * units[unit]);
  if (milliseconds === 0) return `"${text}" is no time at all; a duration must be above zero`;
  if (!Number.isSafeInteger(milliseconds)) return `"${text}" is too long`;
  return milliseconds;
}

function isUnit(text: string | undefined): text is keyof typeof units {
  return text !== undefined && Object.hasOwn(units, text);
}

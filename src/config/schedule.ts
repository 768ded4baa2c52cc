import { validateDetailed } from 'node-cron';
import type { Schedule } from '../core/model/schedule.ts';
import { looksLikeDuration, parseDuration } from './duration.ts';

/** Node's timers count in 32 bits; a longer interval would fire at once, over and over. */
const longestInterval = 2 ** 31 - 1;

const cronForm = 'minute hour day-of-month month day-of-week, with seconds before it if wanted, like "0 3 * * *"';

/** What a field may hold, by the name that node-cron gives it. */
const fields: Readonly<Record<string, string>> = {
  second: 'second (0-59)',
  minute: 'minute (0-59)',
  hour: 'hour (0-23)',
  dayOfMonth: 'day of month (1-31, L for the last)',
  month: 'month (1-12 or JAN-DEC)',
  dayOfWeek: 'day of week (0-7 or SUN-SAT, 0 and 7 are Sunday)',
};

/** Reads an interval (`10s`) or a cron expression (`0 3 * * *`); a sentence about what is wrong otherwise. */
export function parseSchedule(text: string): Schedule | string {
  if (looksLikeDuration(text)) {
    const milliseconds = parseDuration(text);
    if (typeof milliseconds === 'string') return milliseconds;
    if (milliseconds > longestInterval)
      return `"${text}" is too long for an interval (24d at most); use a cron expression`;
    return { kind: 'interval', milliseconds };
  }
  const { valid, errors } = validateDetailed(text);
  if (valid) return { kind: 'cron', expression: text };
  const wrong = errors.flatMap(({ field, value }) => {
    const meaning = fields[field];
    return meaning === undefined ? [] : [`"${value ?? ''}" is not a valid ${meaning}`];
  });
  if (wrong.length > 0) return `"${text}" is not a valid cron expression: ${wrong.join(', ')}`;
  return `"${text}" is neither an interval like 10s nor a cron expression (${cronForm})`;
}

import { EvaluationError } from '../expression.ts';
import { formatMoment, readMoment } from './date-format.ts';
import { eachText, oneText, type FunctionDefinition } from './function.ts';

/** Points in time, always as text and in UTC. */
export const dateFunctions: readonly FunctionDefinition[] = [
  {
    name: 'fileTime',
    parameters: [{ name: 'text', kind: 'text' }],
    returns: 'string',
    doc: 'An Active Directory time (accountExpires, pwdLastSet, lastLogonTimestamp: 100 ns since 1601) in ISO 8601. 0 and 9223372036854775807 mean never: null.',
    example: ['fileTime(accountExpires)', '"2027-01-01T00:00:00Z"'],
    entra: 'DateFromNum',
    call: ([value = null]) => eachText('fileTime', value, (one) => {
      const moment = fileTime('fileTime', one);
      return moment === undefined ? null : iso('fileTime', moment);
    }),
  },
  {
    name: 'expired',
    parameters: [{ name: 'text', kind: 'string' }],
    returns: 'bool',
    doc: 'Whether an Active Directory time (accountExpires) is over. 0 and 9223372036854775807 mean never, and null: false.',
    example: ['expired(accountExpires)', 'false'],
    call: ([value = null], { context }) => {
      const text = oneText('expired', value);
      const moment = text === undefined ? undefined : fileTime('expired', text);
      return moment !== undefined && context.isOver(moment);
    },
  },
  {
    name: 'generalizedTime',
    parameters: [{ name: 'text', kind: 'text' }],
    returns: 'string',
    doc: 'An LDAP time (whenCreated, createTimestamp: RFC 4517 §3.3.13) in ISO 8601.',
    example: ['generalizedTime(whenCreated)', '"2024-02-29T08:30:00Z"'],
    call: ([value = null]) => eachText('generalizedTime', value, (one) => iso('generalizedTime', generalized(one))),
  },
  {
    name: 'formatDateTime',
    parameters: [
      { name: 'text', kind: 'text' },
      { name: 'format', kind: 'literal' },
      { name: 'inputFormat', kind: 'literal', occurs: 'optional' },
    ],
    returns: 'string',
    doc: "A time in another form. Input: ISO 8601 or an LDAP time, or as `inputFormat` says. Formats are written with yyyy, yy, MM, M, dd, d, HH, H, mm, ss, fff; other letters in '…'.",
    example: ['formatDateTime(whenCreated, "dd.MM.yyyy")', '"29.02.2024"'],
    entra: 'FormatDateTime',
    call: ([value = null, format, inputFormat]) => eachText('formatDateTime', value, (one) => {
      const input = oneText('formatDateTime', inputFormat);
      const moment = input === undefined ? (isoMoment(one) ?? generalized(one)) : readMoment(one, input);
      if (!valid(moment)) throw new EvaluationError('formatDateTime() cannot read the time');
      return formatMoment(moment, oneText('formatDateTime', format) ?? '');
    }),
  },
];

const never = '9223372036854775807';
/** Milliseconds from 1601 to 1970. */
const epoch1601 = 11_644_473_600_000;

/** Milliseconds since 1970; undefined for never (MS-ADA1 §2.1, accountExpires). */
function fileTime(name: string, text: string): number | undefined {
  if (text === never || text === '0') return undefined;
  if (!/^-?\d{1,19}$/.test(text)) throw new EvaluationError(`${name}() needs a whole number as text`);
  const ticks = BigInt(text);
  return ticks <= 0n ? undefined : Number(ticks / 10_000n) - epoch1601;
}

function valid(moment: number | undefined): moment is number {
  return moment !== undefined && !Number.isNaN(new Date(moment).getTime());
}

function iso(name: string, moment: number | undefined): string {
  if (!valid(moment)) throw new EvaluationError(`${name}() cannot read the time`);
  return new Date(moment).toISOString().replace('.000Z', 'Z');
}

function isoMoment(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return undefined;
  // Without a zone, UTC: the machine's own zone must not change what a target holds.
  const moment = Date.parse(/Z$|[+-]\d{2}:\d{2}$/.test(text) || !text.includes('T') ? text : `${text}Z`);
  return Number.isNaN(moment) ? undefined : moment;
}

/** RFC 4517 §3.3.13: minutes, seconds and a fraction of the last given unit may be missing; the zone may not. */
function generalized(text: string): number | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?:\d{2})?)$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0] = parts.slice(1, 5).map(Number);
  const [, , , , , minute, second, fraction, zone = 'Z'] = parts;
  const unit = second !== undefined ? 1000 : minute !== undefined ? 60_000 : 3_600_000;
  const rest = fraction === undefined ? 0 : Math.round(Number(`0.${fraction}`) * unit);
  const moment = Date.UTC(2000, month - 1, day, hour, Number(minute ?? 0), Number(second ?? 0)) + rest;
  const date = new Date(moment);
  date.setUTCFullYear(date.getUTCFullYear() - 2000 + year);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23) return undefined;
  const shift = zone === 'Z' ? 0 : (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))) * (zone.startsWith('-') ? -1 : 1);
  return date.getTime() - shift * 60_000;
}

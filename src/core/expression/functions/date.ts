import { EvaluationError } from '../expression.ts';
import { formatMoment, readMoment } from './date-format.ts';
import { eachText, oneText, type FunctionDefinition } from './function.ts';
import { generalized, readExpiry, readFileTime, unitNames, unitOf, type TimeUnit } from './instant.ts';
import type { Compiled } from '../compiled.ts';

/** Points in time, always as text and in UTC. */
export const dateFunctions: readonly FunctionDefinition[] = [
  {
    name: 'fileTime',
    parameters: [{ name: 'text', kind: 'text' }],
    returns: 'string',
    doc: 'An Active Directory time (accountExpires, pwdLastSet, lastLogonTimestamp: 100 ns since 1601) in ISO 8601. 0 and 9223372036854775807 mean never: null.',
    example: ['fileTime(accountExpires)', '"2027-01-01T00:00:00Z"'],
    entra: 'DateFromNum',
    check: checkUnit('fileTime'),
    call: ([value = null]) =>
      eachText('fileTime', value, (one) => {
        const moment = readFileTime('fileTime', one);
        return moment === undefined ? null : iso('fileTime', moment);
      }),
  },
  {
    name: 'expired',
    parameters: [{ name: 'text', kind: 'string' }],
    returns: 'bool',
    asks: 'time',
    doc: 'Whether a time is over: of Active Directory (accountExpires), an LDAP time (krbPrincipalExpiration), or days since 1970 (shadowExpire). 0, -1 and 9223372036854775807 mean never, and null: false. Anything else is an error.',
    example: ['expired(accountExpires)', 'false'],
    lazy:
      ([time]) =>
      (run) => {
        const text = oneText('expired', time?.run(run));
        const moment = text === undefined ? undefined : readExpiry(text, unitOf(time?.attribute));
        return moment !== undefined && run.context.isOver(moment);
      },
  },
  {
    name: 'generalizedTime',
    parameters: [{ name: 'text', kind: 'text' }],
    returns: 'string',
    doc: 'An LDAP time (whenCreated, createTimestamp: RFC 4517 §3.3.13) in ISO 8601.',
    example: ['generalizedTime(whenCreated)', '"2024-02-29T08:30:00Z"'],
    check: checkUnit('generalizedTime'),
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
    call: ([value = null, format, inputFormat]) =>
      eachText('formatDateTime', value, (one) => {
        const input = oneText('formatDateTime', inputFormat);
        const moment = input === undefined ? (isoMoment(one) ?? generalized(one)) : readMoment(one, input);
        if (!valid(moment)) throw new EvaluationError('formatDateTime() cannot read the time');
        return formatMoment(moment, oneText('formatDateTime', format) ?? '');
      }),
  },
];

/** Whether an attribute whose unit is known is in this one. */
function checkUnit(wanted: TimeUnit): (args: readonly Compiled[]) => string | undefined {
  return ([time]) => {
    const unit = unitOf(time?.attribute);
    return unit === undefined || unit === wanted
      ? undefined
      : `${time?.attribute ?? ''} holds ${unitNames[unit]}, and this needs ${unitNames[wanted]}`;
  };
}

function valid(moment: number | undefined): moment is number {
  return moment !== undefined && !Number.isNaN(new Date(moment).getTime());
}

function iso(name: string, moment: number | undefined): string {
  if (!valid(moment)) throw new EvaluationError(`${name}() cannot read the time`);
  return new Date(moment).toISOString().replace('.000Z', 'Z');
}

function isoMoment(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text))
    return undefined;
  // Without a zone, UTC: the machine's own zone must not change what a target holds.
  const moment = Date.parse(/Z$|[+-]\d{2}:\d{2}$/.test(text) || !text.includes('T') ? text : `${text}Z`);
  return Number.isNaN(moment) ? undefined : moment;
}

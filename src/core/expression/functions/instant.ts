import { EvaluationError } from '../expression.ts';

/**
 * What the ways to write an instant in a directory are called. `fileTime`: 100 ns since 1601 (MS-DTYP §2.3.3).
 * `days`: since 1970 (shadow(5), RFC 2307 §3). `generalizedTime`: RFC 4517 §3.3.13.
 */
export type TimeUnit = 'fileTime' | 'days' | 'generalizedTime';

/** Attributes whose unit is known, in lower case: from Active Directory, nis.schema, MIT Kerberos, ppolicy and 389. */
const units: ReadonlyMap<string, TimeUnit> = new Map([
  ...[
    'accountexpires',
    'badpasswordtime',
    'lastlogon',
    'lastlogontimestamp',
    'lockouttime',
    'msds-userpasswordexpirytimecomputed',
    'pwdlastset',
  ].map((name) => [name, 'fileTime'] as const),
  ...['shadowexpire', 'shadowlastchange'].map((name) => [name, 'days'] as const),
  ...[
    'accountunlocktime',
    'createtimestamp',
    'krbpasswordexpiration',
    'krbprincipalexpiration',
    'modifytimestamp',
    'passwordexpirationtime',
    'pwdendtime',
    'pwdstarttime',
    'whenchanged',
    'whencreated',
  ].map((name) => [name, 'generalizedTime'] as const),
]);

export function unitOf(attribute: string | undefined): TimeUnit | undefined {
  return attribute === undefined ? undefined : units.get(attribute);
}

/** How the units are called in sentences. */
export const unitNames: Readonly<Record<TimeUnit, string>> = {
  fileTime: 'a time of Active Directory (100 ns since 1601)',
  days: 'days since 1970',
  generalizedTime: 'an LDAP time',
};

/** Milliseconds from 1601 to 1970. */
const epoch1601 = 11_644_473_600_000;
const day = 86_400_000;
const never = '9223372036854775807';

/**
 * Milliseconds since 1970; undefined for never (MS-ADA1 §2.1, accountExpires). What would lie before 1970 is in another
 * unit: there was no Active Directory then.
 *
 * @param name of the function, for sentences
 */
export function readFileTime(name: string, text: string): number | undefined {
  if (text === never || text === '0') return undefined;
  if (!/^-?\d{1,19}$/.test(text)) throw new EvaluationError(`${name}() needs a whole number as text`);
  const ticks = BigInt(text);
  if (ticks <= 0n) return undefined;
  const moment = Number(ticks / 10_000n) - epoch1601;
  if (moment < 0)
    throw new EvaluationError(`${name}() needs ${unitNames.fileTime}, and the number is too small for one`);
  return moment;
}

/** As many digits as days have until the year 4707; file times since 1970 have 18. */
const mostDayDigits = 6;
const fewestFileTimeDigits = 17;

/**
 * When an account ends, in milliseconds since 1970; undefined for never. The unit is the attribute's own where it is
 * known, otherwise what the value looks like.
 *
 * | value | is |
 * |---|---|
 * | `0`, `-1`, 9223372036854775807 | never |
 * | `0` in shadowExpire | an error: shadow(5) leaves open whether it means never or 1970 |
 * | up to 6 digits | days since 1970 |
 * | 17 to 19 digits | 100 ns since 1601 |
 * | `20271231235959Z` | an LDAP time; 1 January 1970 is how MIT Kerberos writes never |
 * | anything else | an error |
 */
export function readExpiry(text: string, unit: TimeUnit | undefined): number | undefined {
  const time = generalized(text);
  if (time !== undefined) {
    require(unit, 'generalizedTime');
    return time === 0 ? undefined : time;
  }
  if (text === '0' && unit === 'days')
    throw new EvaluationError('expired() cannot tell what 0 means here: never, or since 1970 (shadow(5) allows both)');
  if (text === never || text === '0' || text === '-1') return undefined;
  if (/^\d+$/.test(text) && text.length <= mostDayDigits) {
    require(unit, 'days');
    return Number(text) * day;
  }
  if (/^-?\d+$/.test(text) && (text.startsWith('-') || text.length >= fewestFileTimeDigits)) {
    require(unit, 'fileTime');
    return readFileTime('expired', text);
  }
  throw new EvaluationError(
    `expired() needs ${unit === undefined ? Object.values(unitNames).join(', or ') : unitNames[unit]}`,
  );
}

function require(unit: TimeUnit | undefined, found: TimeUnit): void {
  if (unit === undefined || unit === found) return;
  throw new EvaluationError(`expired() needs ${unitNames[unit]}, and the attribute has ${unitNames[found]}`);
}

/** RFC 4517 §3.3.13: minutes, seconds and a fraction of the last given unit may be missing; the zone may not. */
export function generalized(text: string): number | undefined {
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
  const shift =
    zone === 'Z' ? 0 : (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))) * (zone.startsWith('-') ? -1 : 1);
  return date.getTime() - shift * 60_000;
}

import { readScimPath, scimPath } from './scim-path.ts';

const activePath = scimPath('active');
const on: ReadonlySet<string> = new Set(['true', 'active', 'activated', 'enabled', 'on', 'yes', '1']);
const off: ReadonlySet<string> = new Set([
  'false',
  'inactive',
  'deactivated',
  'disabled',
  'suspended',
  'deprovisioned',
  'blocked',
  'off',
  'no',
  '0',
]);

/**
 * Whether an account says of itself that it is active. RFC 7643 §4.1.1 wants a boolean; some write it as text (Entra's
 * "False"), as a number, or as a word for a state. Undefined: it does not say, or in no word that is known; that is
 * never taken for either.
 */
export function readActive(body: Readonly<Record<string, unknown>>): boolean | undefined {
  const held = readScimPath(body, activePath);
  const word = ['boolean', 'number', 'bigint', 'string'].includes(typeof held) ? String(held).trim().toLowerCase() : '';
  return on.has(word) ? true : off.has(word) ? false : undefined;
}

/** The same, where a word that is not known is told from silence. */
export function shownActive(body: Readonly<Record<string, unknown>>): boolean | 'unclear' | undefined {
  const held = readScimPath(body, activePath);
  return held === undefined || held === null || held === '' ? undefined : (readActive(body) ?? 'unclear');
}

/** Whether an account that shall be active has to be told so. One that never speaks of `active` is not asked for it. */
export function wantsSwitchingOn(body: Readonly<Record<string, unknown>>): boolean {
  const held = readScimPath(body, activePath);
  return held !== undefined && held !== null && readActive(body) !== true;
}

import type { Filter } from '../../../core/directory/filter.ts';
import { firstOf } from '../connect/first-of.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { scopeFilter } from './scope-filter.ts';
import { readSubschema } from './subschema.ts';

/** Attributes that only those have who are locked, disabled or expired: hidden, everybody would look active. */
const lockAttributes = [
  'pwdaccountlockedtime',
  'nsaccountlock',
  'ds-pwp-account-disabled',
  'logindisabled',
  'shadowexpire',
  'krbprincipalexpiration',
  'loginexpirationtime',
];

/** Those that the presets ask for. */
export const presetLocks: ReadonlySet<string> = new Set(['pwdaccountlockedtime', 'nsaccountlock']);

/** The password policy request control, which announces the overlay (draft-behera-ldap-password-policy). */
const passwordPolicyOid = '1.3.6.1.4.1.42.2.27.8.5.1';

export interface LockAttribute {
  readonly name: string;
  /** `readable`: its absence means something. `nobody`: there is nobody to tell by. */
  readonly state: 'readable' | 'hidden' | 'nobody';
}

/**
 * Which lock attributes the account may not read, below one base. An attribute that nobody shows may be one that nobody
 * has. But a filter about an attribute that may not be searched is neither true nor false (RFC 4511 §4.5.1.7), and
 * neither is its opposite: so somebody must match the one or the other.
 *
 *   (attr=*) matches | it is shown then | (!(attr=*)) matches | state
 *   -----------------+------------------+---------------------+---------
 *   somebody         | yes              | -                   | readable
 *   somebody         | no               | -                   | hidden
 *   nobody           | -                | somebody            | readable
 *   nobody           | -                | nobody              | hidden, unless nobody is there at all
 */
export async function findLockAttributes(
  directory: OpenDirectory,
  base: string,
  asked: ReadonlySet<string>,
): Promise<LockAttribute[]> {
  const found: LockAttribute[] = [];
  for (const name of lockAttributes) {
    if (asked.has(name) && (await exists(directory, name)))
      found.push({ name, state: await probe(directory, base, name) });
  }
  return found;
}

async function exists(directory: OpenDirectory, name: string): Promise<boolean> {
  const isKnown = (await readSubschema(directory)).knows(name);
  if (isKnown !== undefined) return isKnown;
  if (directory.kind !== 'openldap') return true;
  return (
    name === 'pwdaccountlockedtime' && directory.rootDse.get('supportedcontrol')?.includes(passwordPolicyOid) === true
  );
}

async function probe(directory: OpenDirectory, base: string, attribute: string): Promise<LockAttribute['state']> {
  const own = scopeFilter(directory, 'user');
  const present: Filter = { kind: 'present', attribute };
  const having = await firstOf(directory, base, { kind: 'and', filters: [own, present] }, attribute);
  if (having !== undefined) return having.includes(attribute) ? 'readable' : 'hidden';
  const lacking = await firstOf(
    directory,
    base,
    { kind: 'and', filters: [own, { kind: 'not', filter: present }] },
    '1.1',
  );
  if (lacking !== undefined) return 'readable';
  return (await firstOf(directory, base, own, '1.1')) === undefined ? 'nobody' : 'hidden';
}

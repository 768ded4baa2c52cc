import type { Dialect } from '../../src/core/dialect/dialect.ts';
import { coversPath } from '../../src/core/mapping/cover-path.ts';
import { scimPath } from '../../src/core/mapping/scim-path.ts';
import type { ScimValue } from '../../src/core/model/resource.ts';
import { enterprise } from './scim-target.ts';

export const work = 'emails[type eq "work"].value';
export const home = 'emails[type eq "home"].value';
export const manager = `${enterprise}:manager.value`;
export const department = `${enterprise}:department`;

/** What the directory says of somebody, by SCIM path. */
export type Wanted = ReadonlyMap<string, ScimValue>;

export function personOf(name: string): Map<string, ScimValue> {
  return new Map<string, ScimValue>([
    ['externalId', `x-${name}`],
    ['userName', `${name}@corp.example`],
    ['displayName', `Person ${name}`],
    ['name.givenName', name],
    ['name.familyName', 'Person'],
    ['title', 'Engineer'],
    ['active', true],
    [work, `${name}@corp.example`],
    [home, `${name}@home.example`],
    ['phoneNumbers[type eq "work"].value', '+15550100'],
    [department, 'Sales'],
    ['entitlements', [{ value: 'Standard' }]],
  ]);
}

/** Without what the profile says that the target does not take. The configuration does the same with a map. */
export function taken(wanted: Wanted, { users, values }: Dialect): Map<string, ScimValue> {
  return new Map([...wanted].filter(([path]) => !isNamed(users.drop, path) && !(values.single && path === home)));
}

/** Whether the target changes it after the creation. */
export function changes({ users }: Dialect, path: string): boolean {
  return path === 'active' || (users.update !== 'none' && !isNamed(users.immutable, path));
}

function isNamed(paths: readonly string[], path: string): boolean {
  return paths.some((one) => coversPath(scimPath(one), scimPath(path)));
}

/** What a server should hold, as one value for each path; of lists only the values, since types may be forgotten. */
export function contentsOf(wanted: Wanted): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of wanted) {
    const attribute = scimPath(path).attribute;
    if (['emails', 'phoneNumbers', 'entitlements'].includes(attribute)) {
      const list = (result[attribute] ?? []) as unknown[];
      result[attribute] = [
        ...list,
        ...(Array.isArray(value) ? value.map((one: { readonly value: unknown }) => one.value) : [value]),
      ].sort();
    } else {
      result[path] = value;
    }
  }
  return result;
}

/** What a server holds, in the same words. */
export function heldBy(body: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> | undefined {
  if (body === undefined) return undefined;
  const result: Record<string, unknown> = {};
  const add = (prefix: string, object: object): void => {
    for (const [key, value] of Object.entries(object) as [string, unknown][]) {
      if (['id', 'meta', 'schemas'].includes(key)) continue;
      if (Array.isArray(value)) result[key] = value.map((one: { readonly value: unknown }) => one.value).sort();
      else if (typeof value === 'object' && value !== null)
        add(key === enterprise ? `${enterprise}:` : `${prefix}${key}.`, value);
      else result[`${prefix}${key}`] = value;
    }
  };
  add('', body);
  // The manager lies in the extension: URN:manager.value.
  if ('manager.value' in result) {
    result[manager] = result['manager.value'];
    delete result['manager.value'];
  }
  return result;
}

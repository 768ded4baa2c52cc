import { dnKey } from '../directory/dn.ts';
import type { Entry } from '../model/entry.ts';
import type { Steps } from '../model/steps.ts';
import type { EntryTable } from './entry-table.ts';

/**
 * Active Directory names one group of each user, the primary one, by its relative id alone: `member` of the group and
 * `memberOf` of the user are silent about it. The group tells its relative id as primaryGroupToken (MS-ADTS §3.1.1.4.5).
 */
export type PrimaryMembers = (group: number) => readonly number[];

/** Attributes that tell the primary group, in lower case. */
export const primaryGroupAttributes = { user: ['primarygroupid'], group: ['primarygrouptoken', 'objectsid'] } as const;

/**
 * Finds the users whose primary group a group is, in the same directory and domain: relative ids repeat in each domain. By
 * rows.
 */
export function* linkPrimaryGroups(table: EntryTable): Steps<PrimaryMembers> {
  const groups = new Map<string, { readonly row: number; readonly domain: string }[]>();
  for (const row of table.groups) {
    yield;
    const group = table.entry(row);
    const id = relativeId(group);
    if (id !== undefined) add(groups, id, { row, domain: domainOf(group) });
  }
  if (groups.size === 0) return () => [];
  const members = new Map<number, number[]>();
  for (let row = 0; row < table.length; row += 1) {
    if (row % between === 0) yield;
    if (table.isGroup(row)) continue;
    const user = table.entry(row);
    const id = textOf(user, 'primarygroupid');
    for (const group of (id === undefined ? undefined : groups.get(id)) ?? []) {
      if (table.directory(group.row) === user.directory && domainOf(user) === group.domain)
        add(members, group.row, row);
    }
  }
  return (group) => members.get(group) ?? [];
}

const between = 100;

function add<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/** Exports of a directory have the objectSid alone: primaryGroupToken is made when it is asked for. */
function relativeId(group: Entry): string | undefined {
  const token = textOf(group, 'primarygrouptoken');
  if (token !== undefined) return token;
  const sid = group.attributes.get('objectsid')?.[0];
  // The last 32 bits, little-endian (MS-DTYP §2.4.2.2).
  if (!(sid instanceof Uint8Array) || sid.length < 12) return undefined;
  return String(new DataView(sid.buffer, sid.byteOffset, sid.byteLength).getUint32(sid.length - 4, true));
}

function textOf(entry: Entry, name: string): string | undefined {
  const value = entry.attributes.get(name)?.[0];
  return typeof value === 'string' ? value : undefined;
}

/** The DN of the domain, as a key: the end of the DN. Separators inside values are escaped in keys. */
function domainOf({ dn }: Entry): string {
  return /(?:^|,)(dc=[^,\\]*(?:,dc=[^,\\]*)*)$/.exec(dnKey(dn))?.[1] ?? '';
}

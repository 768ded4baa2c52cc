import { dnKey } from '../directory/dn.ts';
import type { EntryList } from '../model/entries.ts';
import type { Entry } from '../model/entry.ts';

/**
 * Active Directory names one group of each user, the primary one, by its relative id alone: `member` of the group and
 * `memberOf` of the user are silent about it. The group tells its relative id as primaryGroupToken (MS-ADTS §3.1.1.4.5).
 */
export type PrimaryMembers = (group: Entry) => readonly Entry[];

/** Attributes that tell the primary group, in lower case. */
export const primaryGroupAttributes = { user: ['primarygroupid'], group: ['primarygrouptoken', 'objectsid'] } as const;

/** Finds the users whose primary group a group is, in the same directory and domain: relative ids repeat in each domain. */
export function linkPrimaryGroups(entries: EntryList): PrimaryMembers {
  const groups = new Map<string, { readonly group: Entry; readonly domain: string }[]>();
  for (const entry of entries) {
    const id = entry.type === 'group' ? relativeId(entry) : undefined;
    if (id !== undefined) add(groups, id, { group: entry, domain: domainOf(entry) });
  }
  if (groups.size === 0) return () => [];
  const members = new Map<Entry, Entry[]>();
  for (const entry of entries) {
    if (entry.type !== 'user') continue;
    const id = textOf(entry, 'primarygroupid');
    for (const { group, domain } of (id === undefined ? undefined : groups.get(id)) ?? []) {
      if (group.directory === entry.directory && domainOf(entry) === domain) add(members, group, entry);
    }
  }
  return (group) => members.get(group) ?? [];
}

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

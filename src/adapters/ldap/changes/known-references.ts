import { dnKey, parseDn } from '../../../core/directory/dn.ts';
import type { Filter } from '../../../core/directory/filter.ts';
import type { EntryList } from '../../../core/model/entries.ts';
import type { Entry, ResourceType, SourceId } from '../../../core/model/entry.ts';

/** Attributes with DNs of other entries as values (RFC 4519, RFC 2798, MS-ADA), by which a server can be asked. */
const references = ['member', 'uniquemember', 'manager', 'owner', 'secretary', 'seealso', 'roleoccupant', 'managedby'];

/** The entries that mention one of these DNs (as keys) in any attribute. */
export function findMentioning(entries: Iterable<Entry>, keys: ReadonlySet<string>): Set<SourceId> {
  const mentioning = new Set<SourceId>();
  if (keys.size === 0) return mentioning;
  for (const { id, attributes } of entries) {
    const mentions = [...attributes.values()].some((values) =>
      values.some((value) => typeof value === 'string' && keys.has(referenceKey(value))),
    );
    if (mentions) mentioning.add(id);
  }
  return mentioning;
}

/** The entries that mention a DN that nobody among them has. */
export function findDangling(entries: EntryList): Set<SourceId> {
  const dns = new Set<string>();
  for (const { dn } of entries) dns.add(referenceKey(dn));
  const dangling = new Set<SourceId>();
  for (const { id, attributes } of entries) {
    const isDangling = references.some((name) =>
      attributes.get(name)?.some((value) => typeof value === 'string' && !dns.has(referenceKey(value))),
    );
    if (isDangling) dangling.add(id);
  }
  return dangling;
}

/** Matches whoever mentions one of these DNs, by the attributes that were asked for. Undefined: none can. */
export function mentionFilter(
  asked: Readonly<Record<ResourceType, ReadonlySet<string>>>,
  dns: readonly string[],
): Filter | undefined {
  const names = references.filter((name) => asked.user.has(name) || asked.group.has(name));
  if (names.length === 0) return undefined;
  const filters = names.flatMap((attribute) =>
    dns.map((dn): Filter => ({ kind: 'equal', attribute, value: Buffer.from(dn) })),
  );
  return { kind: 'or', filters };
}

/** ASCII without anything that a DN could spell in more than one way, but for upper and lower case. */
const plainDn =
  /^[a-z][a-z0-9-]*=[!$-*\-./0-:?-[\]-~]+(?: [!$-*\-./0-:?-[\]-~]+)*(?:,[a-z][a-z0-9-]*=[!$-*\-./0-:?-[\]-~]+(?: [!$-*\-./0-:?-[\]-~]+)*)*$/i;

/**
 * `dnKey`, ten times as quickly for nearly all DNs: a hundred thousand entries are gone through for one that was
 * renamed. Most other values are no DN, which is quickly seen too. The optional UID of `uniqueMember` (RFC 4517
 * §3.3.21) is no part of it.
 */
export function referenceKey(value: string): string {
  if (plainDn.test(value)) return value.toLowerCase();
  if (!/^\s*[A-Za-z0-9.-]+\s*=/.test(value)) return '';
  const dn = value.replace(/#'[01]*'B$/, '');
  return parseDn(dn) === undefined ? '' : dnKey(dn);
}

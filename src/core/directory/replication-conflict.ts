import { parseDn } from './dn.ts';

/**
 * Whether an entry is the loser of a replication conflict: two servers made entries of the same name at the same time, and
 * one of them was renamed out of the way. It is a copy that nobody meant, and often has everything of the real one.
 *
 * - Active Directory: `CN=Anna\0ACNF:GUID` (MS-ADTS §3.1.1.5.1.3, a line feed and `CNF:`).
 * - 389 Directory Server: `nsuniqueid=ID+uid=anna` (Administration Guide, "Solving Common Replication Conflicts").
 *
 * OpenLDAP has none: it resolves by entryCSN. Its glue entries and those of 389 have classes that no filter for people or
 * groups lets in.
 */
export function isReplicationConflict(dn: string): boolean {
  if (!/cnf:|nsuniqueid/i.test(dn)) return false;
  const name = parseDn(dn)?.[0] ?? [];
  return (
    name.some(({ value }) => /\nCNF:[0-9a-f-]{36}$/i.test(value)) ||
    (name.length > 1 && name.some(({ type }) => type.toLowerCase() === 'nsuniqueid'))
  );
}

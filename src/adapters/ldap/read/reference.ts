import { BridgeError } from '../../../core/model/errors.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { hostOf } from '../protocol/result-code.ts';

/**
 * Whether a continuation reference (RFC 4511 §4.5.3: "the rest of this subtree is at that server") leads to something
 * that nobody wants: below the root of its domain, Active Directory always refers to the partitions for configuration
 * and DNS. They lie below it by name only, and hold no people.
 */
export function isIrrelevant(uris: readonly string[], base: string, { kind, rootDse }: OpenDirectory): boolean {
  if (kind !== 'active-directory') return false;
  const root = foldDn(rootDse.get('defaultnamingcontext')?.[0] ?? '');
  return root !== '' && foldDn(base) === root && uris.some((uri) => isPartition(uri, root));
}

/** What lies at a server that is not asked was not read, so the reading is not complete. */
export function notFollowed(uris: readonly string[], base: string): BridgeError {
  return new BridgeError(
    'D2S_DIRECTORY_READ_INCOMPLETE',
    `a part of ${base} is held by another server: ${uris.map(hostOf).join(', ')}`,
    'choose bases that do not contain that part and add it as a directory of its own when it is wanted, or name the server in `referrals.follow`',
  );
}

function isPartition(uri: string, root: string): boolean {
  const path = /^ldaps?:\/\/[^/]*\/([^?]*)/i.exec(uri)?.[1];
  if (path === undefined) return false;
  const dn = foldDn(decode(path));
  return ['cn=configuration', 'dc=forestdnszones', 'dc=domaindnszones'].some((rdn) => dn === `${rdn},${root}`);
}

/** The DN in an LDAP URL is percent-encoded (RFC 4516 §2.1). */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Enough to compare DNs made of plain `dc` names. */
function foldDn(dn: string): string {
  return dn
    .toLowerCase()
    .replace(/\s*([,=])\s*/g, '$1')
    .trim();
}

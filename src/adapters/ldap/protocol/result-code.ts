import { BridgeError } from '../../../core/model/errors.ts';
import { clean } from '../../../core/wording/foreign.ts';
import type { LdapResult } from './message.ts';

const raiseLimit =
  'raise it for the bind account: OpenLDAP `limits dn.exact="…" size=unlimited time=unlimited`, ' +
  '389 Directory Server nsSizeLimit, nsLookThroughLimit and nsPagedLookThroughLimit -1 on the account, ' +
  'Active Directory the LDAP query policy; or read smaller bases';

/** RFC 4511 Appendix A: number → its name there, and what a person can do. */
const codes: Readonly<Record<number, { readonly name: string; readonly remedy: string }>> = {
  // Active Directory answers every anonymous search but that of the rootDSE with this one.
  1: {
    name: 'operationsError',
    remedy: 'Active Directory says this when `bind` is missing; else see the log of the server',
  },
  2: { name: 'protocolError', remedy: 'the server does not support this request; see its log' },
  3: { name: 'timeLimitExceeded', remedy: raiseLimit },
  4: { name: 'sizeLimitExceeded', remedy: raiseLimit },
  7: { name: 'authMethodNotSupported', remedy: 'allow simple binds for this account' },
  8: { name: 'strongerAuthRequired', remedy: 'use ldaps:// or `startTls: true`' },
  10: {
    name: 'referral',
    remedy: 'read the directory from the server it refers to, or choose bases that this server holds',
  },
  11: { name: 'adminLimitExceeded', remedy: raiseLimit },
  12: {
    name: 'unavailableCriticalExtension',
    remedy: 'the server announces paged results but refuses them; allow them for the bind account',
  },
  13: { name: 'confidentialityRequired', remedy: 'use ldaps:// or `startTls: true`' },
  18: { name: 'inappropriateMatching', remedy: 'an attribute in the filter cannot be compared like this' },
  21: { name: 'invalidAttributeSyntax', remedy: 'a value in the filter does not fit its attribute' },
  32: {
    name: 'noSuchObject',
    remedy: 'correct the base, or let the bind account read it: a base without read access looks missing',
  },
  34: { name: 'invalidDNSyntax', remedy: 'a base or the bind DN is not a distinguished name' },
  48: { name: 'inappropriateAuthentication', remedy: 'the bind account has no password, or may not use one' },
  49: { name: 'invalidCredentials', remedy: 'check the bind DN and its password' },
  50: { name: 'insufficientAccessRights', remedy: 'give the bind account read access' },
  51: { name: 'busy', remedy: 'the server is overloaded; the next cycle tries again' },
  52: { name: 'unavailable', remedy: 'the server is starting or stopping; the next cycle tries again' },
  53: { name: 'unwillingToPerform', remedy: 'the server refuses; its log tells why' },
  80: { name: 'other', remedy: 'see the log of the server' },
  // RFC 4533 §2.6; how 389 Directory Server refuses a cookie.
  4096: { name: 'e-syncRefreshRequired', remedy: 'nothing needs to be done: everything is read again' },
};

/** `sizeLimitExceeded (4)` */
export function nameOfCode(code: number): string {
  return `${codes[code]?.name ?? 'result code'} (${code})`;
}

export function remedyForCode(code: number): string {
  return codes[code]?.remedy ?? 'see the log of the server';
}

/**
 * The error for a search that did not end with success. Whatever the code: the reading is not complete. A base that is
 * gone and a base that the account may not read look the same (32).
 */
export function searchError(result: LdapResult, base: string): BridgeError {
  const missing = result.code === 32;
  const hosts = result.referrals.length === 0 ? '' : ` to ${result.referrals.map(hostOf).join(', ')}`;
  return new BridgeError(
    missing ? 'D2S_DIRECTORY_BASE_MISSING' : 'D2S_DIRECTORY_READ_INCOMPLETE',
    missing
      ? `the base ${base} does not exist, or may not be read`
      : `the search below ${base || 'the root'} ended with ${nameOfCode(result.code)}${hosts}${quote(result.diagnostic)}`,
    remedyForCode(result.code),
  );
}

/** The host of an LDAP URL: the part that may stand in an error. The DN behind it may name a person. */
export function hostOf(uri: string): string {
  return clean(/^ldaps?:\/\/([^/]+)/i.exec(uri)?.[1] ?? 'an unnamed server');
}

/** The server's own words, made safe for one line of a log. A server may repeat the password that it was sent. */
export function quote(diagnostic: string, secrets: readonly string[] = []): string {
  const text = clean(diagnostic, secrets);
  return text === '' ? '' : ` ("${text}")`;
}

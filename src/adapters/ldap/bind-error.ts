import { BridgeError } from '../../core/model/errors.ts';
import type { LdapResult } from './message.ts';
import { nameOfCode, quote, remedyForCode } from './result-code.ts';

/**
 * Active Directory answers every failed bind with code 49 and hides the reason in the text: "…, data 52e, v3839".
 * The numbers are Win32 error codes in hexadecimal (Microsoft: "System Error Codes" 1300–1999, "LDAP bind errors").
 */
const reasons: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['525', ['there is no such account', 'check the bind DN']],
  ['52e', ['the user name or password is wrong', 'check the bind DN and its password']],
  ['52f', ['account restrictions prevent the logon', 'look for restrictions of the bind account: workstations, empty passwords, smart card']],
  ['530', ['the account may not log on at this time', 'widen the logon hours of the bind account']],
  ['531', ['the account may not log on from this computer', 'widen the allowed workstations of the bind account']],
  ['532', ['the password has expired', 'set a new password for the bind account, and let it not expire']],
  ['533', ['the account is disabled', 'enable the bind account']],
  ['701', ['the account has expired', 'clear or move the expiry date of the bind account']],
  ['773', ['the password must be changed at the next logon', 'clear "user must change password at next logon" of the bind account']],
  ['775', ['the account is locked out', 'unlock the bind account, and find who uses an old password']],
]);

/** The error for a bind that was refused. A server that is busy counts as not reachable, so that the next one is tried. */
export function bindError(result: LdapResult, server: string): BridgeError {
  if (result.code === 51 || result.code === 52) {
    return new BridgeError(
      'D2S_DIRECTORY_UNREACHABLE',
      `${server} does not serve now: ${nameOfCode(result.code)}${quote(result.diagnostic)}`,
      remedyForCode(result.code),
    );
  }
  const subCode = /\bdata ([0-9a-f]+)\b/i.exec(result.diagnostic)?.[1]?.toLowerCase() ?? '';
  const reason = result.code === 49 ? reasons.get(subCode) : undefined;
  return new BridgeError(
    'D2S_DIRECTORY_AUTH',
    reason === undefined
      ? `${server} refused the bind: ${nameOfCode(result.code)}${quote(result.diagnostic)}`
      : `${server} refused the bind: ${reason[0]} (${nameOfCode(result.code)}, data ${subCode})`,
    reason?.[1] ?? remedyForCode(result.code),
  );
}

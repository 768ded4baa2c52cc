import { BridgeError } from '../../../core/model/errors.ts';
import { clean } from '../../../core/wording/foreign.ts';
import type { LdapResult } from './message.ts';
import { policyReason, type PolicyReason } from './password-policy.ts';
import { nameOfCode, quote, remedyForCode } from './result-code.ts';

/**
 * Active Directory answers every failed bind with code 49 and hides the reason in the text: "…, data 52e, v3839".
 * The numbers are Win32 error codes in hexadecimal (Microsoft: "System Error Codes" 1300–1999, "LDAP bind errors").
 */
const reasons: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['525', ['there is no such account', 'check the bind DN']],
  ['52e', ['the user name or password is wrong', 'check the bind DN and its password']],
  [
    '52f',
    [
      'account restrictions prevent the logon',
      'look for restrictions of the bind account: workstations, empty passwords, smart card',
    ],
  ],
  ['530', ['the account may not log on at this time', 'widen the logon hours of the bind account']],
  ['531', ['the account may not log on from this computer', 'widen the allowed workstations of the bind account']],
  ['532', ['the password has expired', 'set a new password for the bind account, and let it not expire']],
  ['533', ['the account is disabled', 'enable the bind account']],
  ['701', ['the account has expired', 'clear or move the expiry date of the bind account']],
  [
    '773',
    [
      'the password must be changed at the next logon',
      'clear "user must change password at next logon" of the bind account',
    ],
  ],
  ['775', ['the account is locked out', 'unlock the bind account, and find who uses an old password']],
]);

/** What a password policy says beside the code, which is 49 for all of them, or even 0. */
const policyReasons: Readonly<Record<PolicyReason, readonly [string, string]>> = {
  expired: [
    'the password has expired',
    'set a new password for the bind account, and let it not expire (a password policy of its own)',
  ],
  locked: ['the account is locked', 'unlock the bind account, and find who uses an old password'],
  must_change: [
    'the password must be changed before anything else is allowed, because somebody reset it',
    'change the password of the bind account as the account itself (ldappasswd), or clear pwdReset',
  ],
};

/** How 389 Directory Server words it, with codes 19 and 53. */
const wordings: readonly (readonly [RegExp, readonly [string, string]])[] = [
  [
    /retry limit/i,
    [
      'the account is locked after too many wrong passwords',
      'wait or unlock the bind account, and find who uses an old password',
    ],
  ],
  [/inactivated/i, ['the account is inactivated', 'activate the bind account (dsidm account unlock)']],
];

/** What is wrong with a bind that succeeded all the same: the server lets the account do nothing but change its password. */
export function restrictedBindError(result: LdapResult, server: string): BridgeError | undefined {
  const reason = policyReason(result);
  if (reason !== 'must_change') return undefined;
  const [why, remedy] = policyReasons[reason];
  return new BridgeError('D2S_DIRECTORY_AUTH', `${server} allows the bind account nothing: ${why}`, remedy);
}

/**
 * The error for SASL EXTERNAL that was refused: the server knows nobody by that certificate, asked for none, or has no such
 * bind at all.
 *
 * @param mechanisms what it offers (RFC 4512 §5.1.6), to this connection: OpenLDAP adds EXTERNAL when it was shown a certificate
 */
export function externalBindError(result: LdapResult, server: string, mechanisms: readonly string[]): BridgeError {
  if (result.code === 51 || result.code === 52) return bindError(result, server);
  const answer = `${nameOfCode(result.code)}${quote(result.diagnostic)}`;
  if (mechanisms.length > 0 && !mechanisms.includes('EXTERNAL'))
    return new BridgeError(
      'D2S_DIRECTORY_AUTH',
      `${server} refused the bind by certificate (SASL EXTERNAL), which it does not offer here, but ${clean(mechanisms.slice(0, 8).join(', '))}: ${answer}`,
      'let the server ask for client certificates (OpenLDAP: TLSVerifyClient); Samba has no such bind: use bind.dn and bind.password there',
    );
  return new BridgeError(
    'D2S_DIRECTORY_AUTH',
    `${server} refused the bind by certificate (SASL EXTERNAL): ${answer}`,
    'let the server trust the authority of tls.cert, and map its subject to an account that may read (OpenLDAP: authz-regexp; 389: certmap.conf)',
  );
}

/**
 * The error for SASL EXTERNAL on a connection that ended in place of an answer. With TLS 1.3 a server looks at our certificate
 * when the handshake is over for us (RFC 8446 §2), and some that refuse it say nothing.
 */
export function externalUnansweredError(error: unknown): unknown {
  if (!(error instanceof BridgeError) || error.code !== 'D2S_DIRECTORY_READ_INCOMPLETE') return error;
  return new BridgeError(
    'D2S_DIRECTORY_UNREACHABLE',
    error.message,
    'see to it that the server trusts the authority of tls.cert: some end the connection where they refuse a certificate; otherwise look at the server and the network between',
    error,
  );
}

/**
 * The error for a bind that was refused. A server that is busy counts as not reachable, so that the next one is tried.
 *
 * @param password what was sent, which the server may repeat
 */
export function bindError(result: LdapResult, server: string, password = ''): BridgeError {
  const secrets = password === '' ? [] : [password];
  if (result.code === 51 || result.code === 52) {
    return new BridgeError(
      'D2S_DIRECTORY_UNREACHABLE',
      `${server} does not serve now: ${nameOfCode(result.code)}${quote(result.diagnostic, secrets)}`,
      remedyForCode(result.code),
    );
  }
  const subCode = /\bdata ([0-9a-f]+)\b/i.exec(result.diagnostic)?.[1]?.toLowerCase() ?? '';
  const policy = policyReason(result);
  const own = wordings.find(([words]) => words.test(result.diagnostic))?.[1];
  const worded = own ?? (policy === undefined ? undefined : policyReasons[policy]);
  if (worded !== undefined)
    return new BridgeError(
      'D2S_DIRECTORY_AUTH',
      `${server} refused the bind: ${worded[0]} (${nameOfCode(result.code)})`,
      worded[1],
    );
  const reason = result.code === 49 ? reasons.get(subCode) : undefined;
  return new BridgeError(
    'D2S_DIRECTORY_AUTH',
    reason === undefined
      ? `${server} refused the bind: ${nameOfCode(result.code)}${quote(result.diagnostic, secrets)}`
      : `${server} refused the bind: ${reason[0]} (${nameOfCode(result.code)}, data ${subCode})`,
    reason?.[1] ?? remedyForCode(result.code),
  );
}

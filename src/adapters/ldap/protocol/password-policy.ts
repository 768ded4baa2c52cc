import { Control } from 'ldapts';
import { BerCursor, MalformedMessage, berTags } from './ber.ts';
import type { LdapResult } from './message.ts';

/** draft-behera-ldap-password-policy-10 §6: OpenLDAP's ppolicy overlay, 389 Directory Server and others. */
const oid = '1.3.6.1.4.1.42.2.27.8.5.1';

/** Netscape's own, which 389 sends with a bind whose password has to be changed (draft-vchu-ldap-pwd-policy-00 §4). */
const expiredOid = '2.16.840.1.113730.3.4.4';

/** Asks for the reason of a refusal. Not critical: a server that does not know it passes over it (RFC 4511 §4.1.11). */
export const askForPolicy = (): Control => new Control(oid, { critical: false });

/** What the password policy has against an account that gave the right password; §6.2 has more, for changes of passwords. */
export type PolicyReason = 'expired' | 'locked' | 'must_change';

const reasons: Readonly<Record<number, PolicyReason>> = { 0: 'expired', 1: 'locked', 2: 'must_change' };

const errorTag = 0x81;

/** Undefined where the server says nothing of the kind, or nothing that can be read. */
export function policyReason({ controls }: Pick<LdapResult, 'controls'>): PolicyReason | undefined {
  const value = controls.get(oid);
  const told = value === undefined ? undefined : decode(value);
  return told ?? (controls.has(expiredOid) ? 'must_change' : undefined);
}

/** PasswordPolicyResponseValue ::= SEQUENCE { warning [0] … OPTIONAL, error [1] ENUMERATED … OPTIONAL }. */
function decode(value: Buffer): PolicyReason | undefined {
  try {
    const cursor = new BerCursor(value);
    const end = cursor.enter(berTags.sequence);
    while (cursor.within(end)) {
      if (cursor.peek() === errorTag) return reasons[cursor.integer(errorTag)];
      cursor.skip();
    }
    return undefined;
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

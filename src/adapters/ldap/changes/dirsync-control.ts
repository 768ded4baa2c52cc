import { Ber, BerWriter, Control } from 'ldapts';
import { BerCursor, MalformedMessage, berTags } from '../protocol/ber.ts';
import type { LdapResult } from '../protocol/message.ts';

/** LDAP_SERVER_DIRSYNC_OID, MS-ADTS §3.1.1.3.4.1.3. */
const oid = '1.2.840.113556.1.4.841';

/**
 * LDAP_DIRSYNC_OBJECT_SECURITY: an ordinary account sees what it may read anyway; without the flag it would need the
 * right to replicate. LDAP_DIRSYNC_INCREMENTAL_VALUES: of a large group only the members that came or went are sent.
 */
const flags = 0x8000_0001 | 0;

/** Asked for; a server may send more or less at a time. */
const maxBytes = 1024 * 1024;

/** The request's half of the control. An empty cookie begins. */
export class DirSyncControl extends Control {
  readonly #cookie: Buffer;

  constructor(cookie: Buffer) {
    super(oid, { critical: true });
    this.#cookie = cookie;
  }

  override writeControl(writer: BerWriter): void {
    const value = new BerWriter();
    value.startSequence();
    value.writeInt(flags);
    value.writeInt(maxBytes);
    value.writeBuffer(this.#cookie, Ber.OctetString);
    value.endSequence();
    writer.writeBuffer(value.buffer, Ber.OctetString);
  }
}

export interface DirSyncAnswer {
  /** There are changes left; ask again with the cookie. */
  readonly more: boolean;
  readonly cookie: Buffer;
}

/** The answer's half. Undefined when it is missing or not readable: then nobody knows how far the answer went. */
export function readDirSync(result: LdapResult): DirSyncAnswer | undefined {
  const value = result.controls.get(oid);
  if (value === undefined) return undefined;
  try {
    const cursor = new BerCursor(value);
    cursor.enter(berTags.sequence);
    const more = cursor.integer(berTags.integer) !== 0;
    cursor.skip(); // unused
    const cookie = Buffer.from(cursor.bytes(berTags.octetString));
    return cookie.length === 0 ? undefined : { more, cookie };
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

import { SearchRequest, Ber, BerWriter, Control } from 'ldapts';
import { parseFilter } from '../../../core/directory/filter.ts';
import { toLdapFilter } from '../protocol/filter.ts';
import { timed } from '../connect/open.ts';
import type { OpenDirectory } from '../connect/open-directory.ts';
import { nameOfCode, quote, searchError } from '../protocol/result-code.ts';
import type { SearchEntry } from '../protocol/search.ts';
import { domainOf } from './usn-domain.ts';
import { BerCursor, MalformedMessage, berTags } from '../protocol/ber.ts';
import type { LdapResult } from '../protocol/message.ts';

/** Codes that say something of the moment, not of the cookie: timeLimitExceeded, adminLimitExceeded, busy, unavailable. */
const passing = [3, 11, 51, 52];

export type DirSyncEnd = { readonly cookie: Buffer } | { readonly refused: string };

/**
 * One DirSync reading to its end. The server takes only the root of the domain as its base. The entries come with
 * their id and with all attributes that changed since the cookie, and only those: a list of attributes would act as a
 * filter, and hide changes of others.
 * @throws BridgeError when the connection fails or the server has no time
 */
export async function searchDirSync(
  directory: OpenDirectory,
  cookie: Buffer,
  filter: string,
  onEntry: (entry: SearchEntry) => void,
): Promise<DirSyncEnd> {
  const { session, options } = directory;
  const base = domainOf(directory);
  for (let next = cookie; ;) {
    const request = new SearchRequest({
      messageId: 0,
      baseDN: base,
      scope: 'sub',
      derefAliases: 'never',
      filter: toLdapFilter(parseFilter(filter)),
      attributes: [],
      timeLimit: 0,
      sizeLimit: 0,
      controls: [new DirSyncControl(next)],
    });
    const result = await timed(options, 'search', () =>
      session.request(request, (message) => {
        if (message.kind === 'entry') onEntry(message);
      }),
    );
    if (passing.includes(result.code)) throw searchError(result, base);
    if (result.code !== 0) return { refused: `${nameOfCode(result.code)}${quote(result.diagnostic)}` };
    const answer = readDirSync(result);
    if (answer === undefined) return { refused: 'the answer lacks the DirSync control' };
    if (!answer.more) return { cookie: answer.cookie };
    next = answer.cookie;
  }
}

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
class DirSyncControl extends Control {
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

interface DirSyncAnswer {
  /** There are changes left; ask again with the cookie. */
  readonly more: boolean;
  readonly cookie: Buffer;
}

/** The answer's half. Undefined when it is missing or not readable: then nobody knows how far the answer went. */
function readDirSync(result: LdapResult): DirSyncAnswer | undefined {
  const value = result.controls.get(oid);
  if (value === undefined) return undefined;
  try {
    const cursor = new BerCursor(value);
    cursor.enter(berTags.sequence);
    const more = cursor.integer(berTags.integer) !== 0;
    cursor.skip(); // unused
    const cookie = cursor.cookie();
    return cookie.length === 0 ? undefined : { more, cookie };
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

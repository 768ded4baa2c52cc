import { Ber, BerWriter, Control } from 'ldapts';
import { toSourceId } from '../../../core/directory/source-id.ts';
import type { SourceId } from '../../../core/model/entry.ts';
import { BerCursor, MalformedMessage, berTags } from '../protocol/ber.ts';

/** RFC 4533 §2: content synchronization. `info` comes between the entries, `done` with the result. */
export const syncOids = {
  request: '1.3.6.1.4.1.4203.1.9.1.1',
  state: '1.3.6.1.4.1.4203.1.9.1.2',
  done: '1.3.6.1.4.1.4203.1.9.1.3',
  info: '1.3.6.1.4.1.4203.1.9.1.4',
} as const;

/** RFC 4533 §2.2: `refreshOnly` ends when everything was told, `refreshAndPersist` goes on and tells what happens. */
const modes = { refreshOnly: 1, refreshAndPersist: 3 } as const;

/** RFC 4533 §2.2: asks what changed since a cookie; without one, for everything. */
export class SyncRequestControl extends Control {
  readonly #cookie: string | undefined;
  readonly #mode: keyof typeof modes;

  constructor(cookie: string | undefined, mode: keyof typeof modes = 'refreshOnly') {
    super(syncOids.request, { critical: true });
    this.#cookie = cookie;
    this.#mode = mode;
  }

  override writeControl(writer: BerWriter): void {
    const value = new BerWriter();
    value.startSequence();
    value.writeEnumeration(modes[this.#mode]);
    if (this.#cookie !== undefined) value.writeBuffer(Buffer.from(this.#cookie), Ber.OctetString);
    value.endSequence();
    writer.writeBuffer(value.buffer, Ber.OctetString);
  }
}

export interface SyncState {
  readonly id: SourceId;
  readonly state: 'present' | 'add' | 'modify' | 'delete';
}

const states = ['present', 'add', 'modify', 'delete'] as const;

/** RFC 4533 §2.3, with each entry. @throws MalformedMessage */
export function decodeSyncState(value: Buffer): SyncState {
  const cursor = new BerCursor(value);
  cursor.enter(berTags.sequence);
  const state = states[cursor.integer(berTags.enumerated)];
  if (state === undefined) throw new MalformedMessage('an unknown synchronization state');
  return { state, id: idOf(cursor.bytes(berTags.octetString)) };
}

export interface SyncDone {
  readonly cookie: string | undefined;
  /** Whoever is gone was named. False: whoever was not named is gone (or nothing of the kind, on 389). */
  readonly refreshDeletes: boolean;
}

/** RFC 4533 §2.4. @throws MalformedMessage */
export function decodeSyncDone(value: Buffer): SyncDone {
  const cursor = new BerCursor(value);
  return decodeCookieAndFlag(cursor, cursor.enter(berTags.sequence));
}

/** The ids of a syncIdSet, and whether they are deleted or present. Undefined: another kind of message. */
export interface SyncIds {
  readonly deleted: boolean;
  readonly ids: readonly SourceId[];
}

/** What RFC 4533 §2.5 calls syncIdSet. */
const idSetTag = 0xa3;

/** RFC 4533 §2.5. @throws MalformedMessage */
export function decodeSyncIds(value: Buffer): SyncIds | undefined {
  const cursor = new BerCursor(value);
  if (cursor.peek() !== idSetTag) return undefined;
  const { refreshDeletes } = decodeCookieAndFlag(cursor, cursor.enter());
  const ids: SourceId[] = [];
  const end = cursor.enter(berTags.set);
  while (cursor.within(end)) ids.push(idOf(cursor.bytes(berTags.octetString)));
  return { deleted: refreshDeletes, ids };
}

function decodeCookieAndFlag(cursor: BerCursor, end: number): SyncDone {
  let cookie: string | undefined;
  let refreshDeletes = false;
  if (cursor.within(end) && cursor.peek() === berTags.octetString) cookie = cursor.cookie().toString('utf8');
  if (cursor.within(end) && cursor.peek() === berTags.boolean) refreshDeletes = cursor.bytes()[0] !== 0;
  return { cookie, refreshDeletes };
}

/** A UUID as 16 bytes in the order of its text. */
function idOf(bytes: Buffer): SourceId {
  const id = bytes.length === 16 ? toSourceId('entryUUID', Buffer.from(bytes.toString('hex'))) : undefined;
  if (id === undefined) throw new MalformedMessage('an entryUUID has not 16 bytes');
  return id;
}

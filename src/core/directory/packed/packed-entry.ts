import type { AttributeValue, Entry, ResourceType, SourceId } from '../../model/entry.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Dictionary } from './dictionary.ts';
import { PackedAttributes } from './packed-attributes.ts';
import { toUuidBytes, uuidText } from './packed-id.ts';
import { readNumber, readValue, skipValue, writeValue, type Cursor } from './packed-value.ts';

/*
 * An entry: a byte of flags, 16 bytes of a UUID or another id as a value, the directory, the DN, then as far as the flags
 * say so stamp, time of the last change and hidden names, and the attributes with their values.
 */
const isGroup = 1;
const isUuid = 2;
const isUnreadable = 4;
const hasStamp = 8;
const hasModified = 16;
const hasHidden = 32;

const uuidBytes = 16;
const scratch = new Uint8Array(uuidBytes);

export function writeEntry(entry: Entry, dictionary: Dictionary, writer: ByteWriter): void {
  const { id, directory, type, dn, attributes, hidden, unreadable, stamp, modified } = entry;
  const ofUuid = toUuidBytes(id, scratch, 0);
  writer.byte(
    (type === 'group' ? isGroup : 0) |
      (ofUuid ? isUuid : 0) |
      (unreadable === true ? isUnreadable : 0) |
      (stamp === undefined ? 0 : hasStamp) |
      (modified === undefined ? 0 : hasModified) |
      (hidden === undefined ? 0 : hasHidden),
  );
  if (ofUuid) writer.raw(scratch);
  else writeValue(id, undefined, dictionary, writer);
  writer.number(dictionary.name(directory));
  writeValue(dn, undefined, dictionary, writer);
  if (stamp !== undefined) writeValue(stamp, undefined, dictionary, writer);
  if (modified !== undefined) writeValue(modified, undefined, dictionary, writer);
  if (hidden !== undefined) {
    writer.number(hidden.size);
    for (const name of hidden) writer.number(dictionary.name(name));
  }
  writeAttributes(attributes, dictionary, writer);
}

function writeAttributes(attributes: Entry['attributes'], dictionary: Dictionary, writer: ByteWriter): void {
  writer.number(attributes.size);
  for (const [key, values] of attributes) {
    const name = dictionary.name(key);
    const [first] = values;
    writer.number((name << 1) | (values.length === 1 ? 0 : 1));
    if (values.length === 1 && first !== undefined) writeValue(first, name, dictionary, writer);
    else {
      writer.number(values.length);
      for (const value of values) writeValue(value, name, dictionary, writer);
    }
  }
}

/** The entry that begins there. Its attributes are read when they are asked for. */
export function readEntry(bytes: Uint8Array, start: number, dictionary: Dictionary): Entry {
  const cursor: Cursor = { bytes, at: start + 1 };
  const flags = bytes[start] ?? 0;
  const id = readId(cursor, flags, dictionary);
  const directory = dictionary.nameOf(readNumber(cursor));
  const dn = textOf(readValue(cursor, dictionary));
  const stamp = (flags & hasStamp) === 0 ? undefined : textOf(readValue(cursor, dictionary));
  const modified = (flags & hasModified) === 0 ? undefined : textOf(readValue(cursor, dictionary));
  const hidden = (flags & hasHidden) === 0 ? undefined : readHidden(cursor, dictionary);
  const attributes = new PackedAttributes(bytes, cursor.at, dictionary);
  return {
    id,
    directory,
    type: typeAt(bytes, start),
    dn,
    attributes,
    hidden,
    unreadable: (flags & isUnreadable) === 0 ? undefined : true,
    stamp,
    modified,
  };
}

export function typeAt(bytes: Uint8Array, start: number): ResourceType {
  return ((bytes[start] ?? 0) & isGroup) === 0 ? 'user' : 'group';
}

export function isUnreadableAt(bytes: Uint8Array, start: number): boolean {
  return ((bytes[start] ?? 0) & isUnreadable) !== 0;
}

export function idAt(bytes: Uint8Array, start: number, dictionary: Dictionary): SourceId {
  return readId({ bytes, at: start + 1 }, bytes[start] ?? 0, dictionary);
}

export function dnAt(bytes: Uint8Array, start: number, dictionary: Dictionary): string {
  const cursor: Cursor = { bytes, at: start + 1 };
  if (((bytes[start] ?? 0) & isUuid) === 0) skipValue(cursor);
  else cursor.at += uuidBytes;
  readNumber(cursor);
  return textOf(readValue(cursor, dictionary));
}

/** How the id of one entry compares with that of another, as texts do. */
export function compareIds(
  one: Uint8Array,
  start: number,
  other: Uint8Array,
  otherStart: number,
  dictionary: Dictionary,
): number {
  if (((one[start] ?? 0) & (other[otherStart] ?? 0) & isUuid) !== 0) {
    for (let at = 1; at <= uuidBytes; at += 1) {
      const difference = (one[start + at] ?? 0) - (other[otherStart + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
  const left = idAt(one, start, dictionary);
  const right = idAt(other, otherStart, dictionary);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What `compareIds` compares an id with: an entry that has nothing but it. */
export function probeFor(id: SourceId, dictionary: Dictionary, writer: ByteWriter): void {
  const ofUuid = toUuidBytes(id, scratch, 0);
  writer.byte(ofUuid ? isUuid : 0);
  if (ofUuid) writer.raw(scratch);
  else writeValue(id, undefined, dictionary, writer);
}

function readId(cursor: Cursor, flags: number, dictionary: Dictionary): SourceId {
  if ((flags & isUuid) === 0) return textOf(readValue(cursor, dictionary));
  cursor.at += uuidBytes;
  return uuidText(cursor.bytes, cursor.at - uuidBytes);
}

function readHidden(cursor: Cursor, dictionary: Dictionary): ReadonlySet<string> {
  const hidden = new Set<string>();
  for (let left = readNumber(cursor); left > 0; left -= 1) hidden.add(dictionary.nameOf(readNumber(cursor)));
  return hidden;
}

/** Names and ids are written as texts. */
function textOf(value: AttributeValue): string {
  return typeof value === 'string' ? value : '';
}

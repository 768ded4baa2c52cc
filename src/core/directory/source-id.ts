import type { SourceId } from '../model/entry.ts';

/**
 * The source id that a value of an id attribute stands for: objectGUID is 16 bytes, all others are UUIDs as text.
 * Undefined when it is none.
 */
export function toSourceId(idAttribute: string, value: Uint8Array): SourceId | undefined {
  return idAttribute.toLowerCase() === 'objectguid' ? guidText(value) : uuidText(value);
}

/** The order in which MS-DTYP §2.3.4.2 has the bytes: the first three groups are little-endian, as Windows shows them. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function guidText(bytes: Uint8Array): SourceId | undefined {
  if (bytes.length !== guidOrder.length) return undefined;
  return dashed(guidOrder.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0')).join(''));
}

const latin1 = new TextDecoder('latin1');

/** entryUUID (RFC 4530) as it is; nsUniqueId (389: `b1b2c3d4-11d111ef-8001a2b3-c4d5e6f7`) with the dashes of RFC 4122. */
function uuidText(bytes: Uint8Array): SourceId | undefined {
  const digits = latin1.decode(bytes).toLowerCase().replaceAll('-', '');
  return /^[0-9a-f]{32}$/.test(digits) ? dashed(digits) : undefined;
}

/** Joined in one step: a string that is put together piece by piece keeps all its pieces, 400 bytes for each entry known. */
function dashed(digits: string): SourceId {
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}

/**
 * An externalId as it is compared. It is case-exact (RFC 7643 §3.1), but a UUID is the same in either case (RFC 9562 §4),
 * with braces, as a URN or without hyphens, and targets that keep it in a column of that type give it back as they like.
 */
export function comparableId(text: string): string {
  const digits = /^(?:urn:uuid:)?\{?([0-9a-f-]{32,36})\}?$/i.exec(text)?.[1]?.replaceAll('-', '').toLowerCase();
  return digits?.length === 32 ? digits : text;
}

/** Whether an externalId that a target shows is this source id. */
export function isSourceId(shown: unknown, sourceId: SourceId): boolean {
  return typeof shown === 'string' && (shown === sourceId || comparableId(shown) === comparableId(sourceId));
}

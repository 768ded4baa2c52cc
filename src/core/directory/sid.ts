/**
 * The text of a binary security identifier; undefined when it is none. Revision, count, a 48-bit authority (big-endian),
 * then sub-authorities (32 bits, little-endian): MS-DTYP §2.4.2.2.
 */
export function sidText(bytes: Uint8Array): string | undefined {
  const [revision, count] = bytes;
  if (revision !== 1 || count === undefined || bytes.length !== 8 + 4 * count) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4);
  const parts = Array.from({ length: count }, (_, at) => view.getUint32(8 + 4 * at, true));
  return ['S', revision, authority, ...parts].join('-');
}

/** Where the dashes of a UUID stand (RFC 9562 §4). */
const dashes: ReadonlySet<number> = new Set([8, 13, 18, 23]);
const uuidLength = 36;

/** The 16 bytes of a UUID in lower case; false for any other text. */
export function toUuidBytes(id: string, into: Uint8Array, start: number): boolean {
  if (id.length !== uuidLength) return false;
  let at = start;
  for (let index = 0; index < uuidLength; index += 1) {
    if (dashes.has(index)) {
      if (id.charCodeAt(index) !== 0x2d) return false;
      continue;
    }
    const high = hexOf(id.charCodeAt(index));
    index += 1;
    const low = hexOf(id.charCodeAt(index));
    if (high < 0 || low < 0) return false;
    into[at++] = (high << 4) | low;
  }
  return true;
}

function hexOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

const codes = new Array<number>(uuidLength).fill(0x2d);
const hex = '0123456789abcdef';

export function uuidText(bytes: Uint8Array, start: number): string {
  let at = start;
  for (let index = 0; index < uuidLength; index += 2) {
    if (dashes.has(index)) index += 1;
    const byte = bytes[at++] ?? 0;
    codes[index] = hex.charCodeAt(byte >>> 4);
    codes[index + 1] = hex.charCodeAt(byte & 0xf);
  }
  return String.fromCharCode.apply(null, codes);
}

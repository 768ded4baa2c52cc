import { typeName } from './attribute-types.ts';
import { fold } from './fold.ts';

/**
 * Distinguished names in their text form (RFC 4514): taken apart, and made comparable. A DN is never an identity here;
 * it only says where an entry stands and whom a `member` or `manager` value means.
 */

/** One attribute and value of a relative DN; a relative DN may have several (`cn=A+uid=1`). */
export interface RdnPart {
  /** As written, without surrounding space. */
  readonly type: string;
  /** Unescaped. */
  readonly value: string;
}

export type Rdn = readonly RdnPart[];

/** No directory has longer ones: Active Directory takes 255 characters for each of a few dozen parts at most. */
const longestDn = 8_192;

/** Takes a DN apart, the entry's own name first. Undefined when the text is no DN. The root DSE (`""`) has no parts. */
export function parseDn(text: string): readonly Rdn[] | undefined {
  if (text.length > longestDn) return undefined;
  if (text.trim() === '') return [];
  const rdns: Rdn[] = [];
  for (const piece of splitUnescaped(text, /[,;]/)) {
    const parts: RdnPart[] = [];
    for (const part of splitUnescaped(piece, /\+/)) {
      const equals = part.indexOf('=');
      const type = part.slice(0, equals).trim();
      if (equals < 1 || !/^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)$/.test(type)) return undefined;
      parts.push({ type, value: readValue(part.slice(equals + 1)) });
    }
    rdns.push(parts);
  }
  return rdns;
}

/**
 * One text for all spellings of a DN: equal keys mean the same entry. Types and values compare without case, runs of
 * spaces count as one (caseIgnoreMatch, RFC 4517 §4.2.11, which nearly every naming attribute uses), and the parts of
 * one relative DN have no order. A type counts by whatever name or OID (RFC 4514 §3, RFC 4519), and a value also in its
 * BER form (`#…`, RFC 4514 §2.4) where that is a text. What is no DN is only folded, so that it still compares with itself.
 */
export function dnKey(dn: string): string {
  if (dn.length > longestDn) return dn.toLowerCase();
  return keyOfPlainDn(dn) ?? keyOfDn(dn) ?? fold(dn);
}

/** ASCII without anything that a DN could spell in more than one way, but for upper and lower case. */
const plainDn =
  /^[a-z][a-z0-9-]*=[!$-*\-./0-:?-[\]-~]+(?: [!$-*\-./0-:?-[\]-~]+)*(?:,[a-z][a-z0-9-]*=[!$-*\-./0-:?-[\]-~]+(?: [!$-*\-./0-:?-[\]-~]+)*)*$/i;

/** The same for nearly all DNs, several times as quickly: everybody's is asked for when one name means nobody. */
function keyOfPlainDn(dn: string): string | undefined {
  if (!plainDn.test(dn)) return undefined;
  const key = dn.toLowerCase();
  for (let start = 0; start >= 0;) {
    const end = key.indexOf('=', start);
    const type = key.slice(start, end);
    if (typeName(type) !== type) return undefined;
    const comma = key.indexOf(',', end);
    start = comma < 0 ? comma : comma + 1;
  }
  return key;
}

/** The same; undefined for what is no DN. */
export function keyOfDn(dn: string): string | undefined {
  const rdns = parseDn(dn);
  return rdns === undefined ? undefined : keyOf(rdns);
}

/** Whether an entry is the base or stands anywhere beneath it. Both as keys (`dnKey`). */
export function isWithin(key: string, baseKey: string): boolean {
  return baseKey === '' || key === baseKey || key.endsWith(`,${baseKey}`);
}

function keyOf(rdns: readonly Rdn[]): string {
  return rdns
    .map((rdn) =>
      rdn
        .map(({ type, value }) => `${typeName(type)}=${escapeKey(fold(value))}`)
        .sort()
        .join('+'),
    )
    .join(',');
}

/** Keeps separators inside values apart from those between them; so a key is a DN too, and its own key. */
function escapeKey(value: string): string {
  return value.replace(/[\\,+=";]/g, (character) => `\\${character}`);
}

function splitUnescaped(text: string, separator: RegExp): string[] {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && separator.test(character)) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A value as text: escapes undone, and BER read where it is a text. Any other BER value stays as it is. */
function readValue(raw: string): string {
  const hex = /^\s*#((?:[0-9A-Fa-f]{2})+)\s*$/.exec(raw)?.[1];
  return (hex === undefined ? undefined : berText(hex)) ?? unescapeValue(raw);
}

/**
 * The text in a BER value with a short or long length (X.690 §8.1.3): a UTF8String, a PrintableString, an IA5String, or
 * an OCTET STRING that holds UTF-8. Undefined when it is anything else.
 */
function berText(hex: string): string | undefined {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
  const [tag, length = 0] = bytes;
  if (tag === undefined || !berTexts.has(tag)) return undefined;
  const digits = length < 0x80 ? 0 : length & 0x7f;
  const size = digits === 0 ? length : bytes.subarray(2, 2 + digits).reduce((sum, octet) => sum * 256 + octet, 0);
  const content = bytes.subarray(2 + digits);
  if (size !== content.length) return undefined;
  try {
    return strictUtf8.decode(content);
  } catch {
    return undefined;
  }
}

const berTexts: ReadonlySet<number> = new Set([0x04, 0x0c, 0x13, 0x16]);
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** RFC 4514 §2.4, and the quoted form of RFC 2253 §4. Escaped octets are UTF-8 together. `#…` stays as it is. */
function unescapeValue(raw: string): string {
  const trimmed = trimUnescaped(raw);
  const text = /^".*"$/s.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
  return text.replace(/(?:\\[0-9A-Fa-f]{2})+|\\(.)/gs, (run: string, character: string | undefined) => {
    if (character !== undefined) return character;
    const bytes = run
      .split('\\')
      .slice(1)
      .map((octet) => Number.parseInt(octet, 16));
    return utf8.decode(Uint8Array.from(bytes));
  });
}

/** Without the space around it. A space that is escaped at the end belongs to the value. */
function trimUnescaped(raw: string): string {
  let end = 0;
  for (let at = 0; at < raw.length; at += 1) {
    if (raw[at] === '\\') at += 1;
    else if (/\s/.test(raw[at] ?? '')) continue;
    end = at + 1;
  }
  return raw.slice(0, end).trimStart();
}

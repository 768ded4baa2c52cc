import { isUtf8 } from 'node:buffer';
import type { AttributeValue } from '../../core/model/entry.ts';
import { attributeKey, attributeName, isBinary } from '../../core/directory/attribute.ts';
import { longestText, mostAttributes } from '../../core/directory/long-value.ts';
import { invalid } from './invalid.ts';
import type { LdifLine } from './lines.ts';

/** A content record (RFC 2849 `ldif-attrval-record`): an entry as it stands in the file. */
export interface LdifRecord {
  /** Where it starts. */
  readonly line: number;
  readonly dn: string;
  /** By name in lower case, with the options that make a subtype; values that are not empty. */
  readonly attributes: ReadonlyMap<string, readonly AttributeValue[]>;
  /** The line that says `changetype: add`, as ldifde writes it into every record of an export. */
  readonly added: number | undefined;
}

const description = /^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)(?:;[A-Za-z0-9=*-]+)*$/;
/** Together with a length of four times something. A pattern that counts to four runs out of stack with megabytes. */
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
const exportAgain = 'export the file again (ldapsearch: with -LLL), or correct this line';

/** Makes a record of its lines. Throws D2S_LDIF_INVALID with the line that is wrong. */
export function makeRecord(lines: readonly ParsedLine[], path: string): LdifRecord {
  const [first] = lines;
  const rest = lines.slice(1);
  if (first?.name !== 'dn' || typeof first.value !== 'string') {
    throw invalid(path, first?.line, 'a record must begin with "dn:"', exportAgain);
  }
  const added = addedLine(rest[0], path);
  const attributes = new Map<string, AttributeValue[]>();
  for (const { name, value, line } of added === undefined ? rest : rest.slice(1)) {
    if (name === 'dn') throw invalid(path, line, 'a second "dn:" in one record', 'put an empty line before it');
    if (value.length === 0) continue;
    const values = attributes.get(name);
    if (values === undefined && attributes.size >= mostAttributes)
      throw invalid(
        path,
        line,
        `a record of more than ${mostAttributes} attributes`,
        'is there an empty line missing?',
      );
    if (values === undefined) attributes.set(name, [value]);
    else values.push(value);
  }
  if (!attributes.has('objectclass')) {
    throw invalid(
      path,
      first.line,
      'the record has no objectClass: it may be cut off',
      'export all attributes of the entries',
    );
  }
  return { line: first.line, dn: first.value, attributes, added };
}

/** An `add` lists the whole entry, as a content record does (RFC 2849 `changerecord`); other changes do not. */
function addedLine(second: ParsedLine | undefined, path: string): number | undefined {
  if (second?.name !== 'changetype' && second?.name !== 'control') return undefined;
  if (second.name === 'changetype' && typeof second.value === 'string' && second.value.toLowerCase() === 'add')
    return second.line;
  throw invalid(
    path,
    second.line,
    'this is a list of changes',
    'give a file with the entries themselves (content records)',
  );
}

export type ParsedLine = ReturnType<typeof parseLine>;

/** Reads one line: an attribute with a value. Throws D2S_LDIF_INVALID. */
export function parseLine({ number, text }: LdifLine, path: string) {
  const colon = text.indexOf(':');
  const spelled = text.slice(0, Math.max(colon, 0));
  if (!description.test(spelled)) throw invalid(path, number, 'a line without an attribute name and ":"', exportAgain);
  if (/;range=(?!0-\*)/i.test(spelled)) {
    throw invalid(
      path,
      number,
      `only a part of ${attributeName(spelled)} is here`,
      'export it with a tool that fetches all values (ldifde)',
    );
  }
  const mark = text[colon + 1];
  if (mark === '<')
    throw invalid(path, number, 'a value that stands in another file', 'put the value itself into the LDIF file');
  const raw = text.slice(colon + (mark === ':' ? 2 : 1)).replace(/^ +/, '');
  const bytes = mark === ':' ? decodeBase64(raw, number, path) : raw;
  return { line: number, name: attributeKey(spelled), value: toValue(bytes, isBinary(spelled), number, path) };
}

function decodeBase64(text: string, line: number, path: string): Buffer {
  const trimmed = text.trimEnd();
  if (trimmed.length % 4 !== 0 || !base64.test(trimmed))
    throw invalid(path, line, 'a value that is not base64', exportAgain);
  return Buffer.from(trimmed, 'base64');
}

/** A part of a text keeps all of it in memory (V8), and that is the whole file, part by part. */
function copy(ascii: string): string {
  return Buffer.from(ascii, 'latin1').toString('latin1');
}

/** Bytes as they are, or a line in which each character is one byte. */
function toValue(raw: Buffer | string, binary: boolean, line: number, path: string): AttributeValue {
  if (typeof raw === 'string') {
    // A disk that ran full, or a crash, leaves zeros.
    if (raw.includes('\0')) throw invalid(path, line, 'a zero byte in a value that is not base64', exportAgain);
    if (!binary && raw.length <= longestText && /^[\x20-\x7e]*$/.test(raw)) return copy(raw);
  }
  const bytes = typeof raw === 'string' ? Buffer.from(raw, 'latin1') : raw;
  // RFC 2849 lets nothing but UTF-8 stand there without base64. A file in Latin-1 has no name right that is not plain.
  if (typeof raw === 'string' && !binary && !isUtf8(bytes))
    throw invalid(path, line, 'a value that is not UTF-8', 'save the file as UTF-8 (it may be in Latin-1)');
  return !binary && bytes.length <= longestText && isUtf8(bytes) ? bytes.toString('utf8') : new Uint8Array(bytes);
}

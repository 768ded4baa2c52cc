import type { Scalar } from 'yaml';
import type { TextPosition } from './place.ts';

/**
 * Where in the file a position inside a text value is. Quotes, escapes, folded lines and the indentation of blocks stand
 * between the two, so both are walked side by side: runs of white space match runs of white space, and everything else
 * character by character. Undefined when they cannot be matched; then only the start of the value is known.
 */
export function sourceOffset(text: string, scalar: Scalar, inside: TextPosition): number | undefined {
  const { value, range, type } = scalar;
  if (typeof value !== 'string' || range === undefined || range === null) return undefined;
  const wanted = indexOf(value, inside);
  const quote = type === 'QUOTE_DOUBLE' ? '"' : type === 'QUOTE_SINGLE' ? "'" : '';
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
  let at = isBlock ? text.indexOf('\n', range[0]) + 1 : range[0] + quote.length;
  // A value may begin with the space that the quotes protect; a block's first line begins with its indentation.
  if (isBlock && !isSpace(value[0])) at = skipSpace(text, at);
  for (let index = 0; index < wanted;) {
    if (isSpace(value[index]) && isSpace(text[at])) {
      const end = skipSpace(value, index);
      if (end > wanted && !value.slice(index, end).includes('\n')) return at + wanted - index;
      index = end;
      at = skipSpace(text, at);
      continue;
    }
    const [character, length] =
      quote === '"' ? unescape(text, at) : [text[at], quote !== '' && text.startsWith("''", at) ? 2 : 1];
    // A backslash at the end of a line joins it with the next one.
    if (character === undefined || !value.startsWith(character, index)) return undefined;
    index += character.length;
    at += length;
  }
  if (quote === '"' && /^\\[\r\n]/.test(text.slice(at, at + 2))) at = skipSpace(text, at + 1);
  return Math.min(at, range[1]);
}

function indexOf(value: string, { line, column }: TextPosition): number {
  let start = 0;
  for (let row = 1; row < line; row += 1) {
    const end = value.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
  }
  return Math.min(start + column - 1, value.length);
}

const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '"': '"',
  '\\': '\\',
  '/': '/',
  ' ': ' ',
  r: '\r',
  '0': '\0',
};

/** The character that stands at an offset between double quotes, and how long it is written (YAML 1.2 §5.7). */
function unescape(text: string, at: number): readonly [string | undefined, number] {
  if (text[at] !== '\\') return [text[at], 1];
  const sign = text[at + 1] ?? '';
  const digits = hexLengths[sign];
  if (digits !== undefined) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16);
    return code <= 0x10ffff ? [String.fromCodePoint(code), 2 + digits] : [undefined, 2];
  }
  if (sign === '\n' || sign === '\r') return ['', skipSpace(text, at + 1) - at];
  return [escapes[sign], 2];
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r';
}

function skipSpace(text: string, at: number): number {
  let end = at;
  while (isSpace(text[end])) end += 1;
  return end;
}

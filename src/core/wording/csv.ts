import { printable } from './foreign.ts';

/**
 * A record of RFC 4180 §2, with its line break. Every field stands in quotes, so that a program that takes semicolons for
 * separators divides nothing either.
 */
export function csvRecord(fields: readonly string[]): string {
  return `${fields.map((field) => `"${inert(printable(field)).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/**
 * A spreadsheet takes a field for a formula that begins with one of these, in the wide forms of East Asia too, and
 * after spaces; a quote before it makes it text (OWASP "CSV Injection"; ASVS 5.0, 1.2.10).
 */
const formula = /^\s*[=+\-@\t\r\n\0＝＋－＠]/u;

function inert(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

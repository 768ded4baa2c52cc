import { count } from './count.ts';

/*
 * Whatever was written by others (names of people, words of servers, certificates, host names) passes here before it
 * stands in a message, a field of the log or a line on a terminal.
 */

/**
 * What nobody sees, and what turns the direction of text around: controls (C0, DEL, C1), separators of lines, whatever
 * Unicode wants to be shown as nothing (Default_Ignorable_Code_Point: the marks of bidirectional text, zero-width and soft
 * characters, fillers, variation selectors, format characters of music and shorthand, tags), and the anchors of
 * annotations (FFF9-B). See UTS #39 §5, and Unicode §5.21 and §23.
 */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu;

/** So that a person sees what is there: `ada\u{200B}`. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
}

/** The same inside of JSON, which has escapes of its own; line feeds are its layout. */
export function visibleJson(json: string): string {
  return json.replace(unseen, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}

/** The first character that nobody sees, as it is written: `U+200B`. */
export function unseenIn(text: string): string | undefined {
  const found = new RegExp(unseen.source, 'u').exec(text)?.[0];
  return found === undefined
    ? undefined
    : `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text from a directory or a target, fit for a terminal or a sentence: on one line, not endless, and what nobody would see is written out. */
export function printable(text: string): string {
  const shown = visible(
    text
      .slice(0, longestShown)
      .toWellFormed()
      .replace(/[\t\n\r]+/g, ' '),
  );
  return text.length > longestShown ? `${shown}… (${count(text.length, 'character')})` : shown;
}

/** Far more than an honest name, DN or sentence has, and less than scrolls everything else away. */
const longestShown = 2_000;

const longest = 200;

/** ANSI escape sequences: CSI (colours, cursor), OSC (titles, links), and the two-character ones. */
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** On one line, visible, without the NUL at the end that Active Directory sends, without these secrets, and not long. Secrets go first, so that none is left over at the cut. */
export function clean(text: string, secrets: readonly string[] = []): string {
  let cleaned = text.slice(0, 100 * longest).replace(sequences, '');
  for (const secret of secrets) cleaned = cleaned.replaceAll(secret, '***');
  cleaned = visible(withoutTail(cleaned.replace(/\s+/g, ' ')).trimStart());
  for (const secret of secrets) cleaned = cleaned.replaceAll(secret, '***');
  return cleaned.length > longest ? `${cleaned.slice(0, longest - 1)}…` : cleaned;
}

/** Without controls and spaces at the end. An expression for it would go through every run of them again and again. */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0 && /[\p{Cc}\s]/u.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** A message of ours of several lines: the further ones begin with two spaces, so that nobody else's text looks like a line of its own. */
export function cleanMessage(text: string): string {
  const lines = text.slice(0, longestMessage).split('\n  ').map(visible);
  return `${lines.join('\n  ')}${text.length > longestMessage ? '…' : ''}`;
}

const longestMessage = 8_000;

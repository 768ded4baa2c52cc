/** Texts and values are compared as they are beyond this length: no name is longer, and folding them costs. */
const longestFolded = 8_192;

/**
 * What RFC 4518 §2.2 maps to nothing: controls, and marks that nobody sees. The separators among the controls are space.
 */
const nothing =
  /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u034F\u06DD\u070F\u1806\u180B-\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2063\u206A-\u206F\uFE00-\uFE0F\uFEFF\uFFF9-\uFFFC\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]/gu;

/** What it maps to a space; `\s` has them all but NEL. */
const space = /[\s\u0085]+/g;

/**
 * One text for all that caseIgnoreMatch takes for equal (RFC 4517 §4.2.11, RFC 4518 §2): without case, compatibility
 * forms, repeated space, and characters that nobody sees. Space at the ends stays: a part of a value may begin or end
 * with one that counts.
 */
export function foldPart(text: string): string {
  if (isPlain.test(text)) return text.toLowerCase().replace(/ {2,}/g, ' ');
  if (text.length > longestFolded) return text.toLowerCase();
  // RFC 3454 B.2 folds these two where lower case leaves them; it folds before and after the composition.
  const folded = compose(text.replace(nothing, ''), 'NFKC').toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ');
  return compose(folded, 'NFKC').replace(space, ' ');
}

/** Letters, digits and space of ASCII: nearly all. */
const isPlain = /^[\x20-\x7e]*$/;

/** The same for a whole value, where space at the ends does not count. */
export function fold(text: string): string {
  return foldPart(text).trim();
}

/**
 * A value as it is shown and sent: composed (NFC; RFC 5198 §3 asks for it between programs), and without the space
 * around it, which counts for nothing in LDAP (RFC 4518 §2.6.1). Undefined when nothing is left that anybody could see.
 */
export function presentText(text: string): string | undefined {
  if (isPlain.test(text)) return text.trim() || undefined;
  if (text.length > longestFolded) return text;
  const shown = withoutEdges(compose(text, 'NFC'));
  return shown.replace(nothing, '').trim() === '' ? undefined : shown;
}

/** Without the space at both ends, and the mark for a possible break that comes along when a value is pasted. */
function withoutEdges(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isEdge.test(text.charAt(start))) start += 1;
  while (end > start && isEdge.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isEdge = /[\s\u0085\u200B]/;

/**
 * More marks on one letter than any language has (UAX #15 §13, the Stream-Safe Text Format: 30). Composing a run of them
 * costs the square of its length.
 */
const run = /\p{M}{31}/u;

/** `text.normalize(form)` in linear time: a text with a run of marks beyond those of any language stays as it is. */
function compose(text: string, form: 'NFC' | 'NFKC'): string {
  return run.test(text) ? text : text.normalize(form);
}

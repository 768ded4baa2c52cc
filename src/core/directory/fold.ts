/**
 * One text for all that caseIgnoreMatch takes for equal (RFC 4517 §4.2.11, RFC 4518 §2): without case, compatibility
 * forms and repeated space. Space at the ends stays: a part of a value may begin or end with one that counts.
 */
export function foldPart(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
}

/** The same for a whole value, where space at the ends does not count. */
export function fold(text: string): string {
  return foldPart(text).trim();
}

/** Nouns whose plural is not made by an s. */
const plurals: Readonly<Record<string, string>> = { entry: 'entries', person: 'people' };

/** `1 user`, `2 users`, `12,000 entries`: the noun is given in the singular. */
export function count(number: number, noun: string): string {
  return `${whole(number)} ${nounFor(number, noun)}`;
}

/** `user` for one, `users` for none and for many. */
export function nounFor(number: number, noun: string): string {
  return number === 1 ? noun : (plurals[noun] ?? `${noun}s`);
}

/** A whole number as people read it: `12,000`. */
export function whole(number: number): string {
  return number.toLocaleString('en-US');
}

/** `a`, `a and b`, `a, b and c`. */
export function inWords(parts: readonly string[], conjunction = 'and'): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

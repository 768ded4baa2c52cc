/** `1 user`, `2 users`, `12,000 users`: numbers with their noun, wherever people read them. */
export function count(number: number, noun: string): string {
  return `${digits(number)} ${number === 1 ? noun : plural(noun)}`;
}

/** `1 of 1 user`, `1 of 40 users`: the noun goes by the whole. */
export function countOf(part: number, whole: number, noun: string): string {
  return `${digits(part)} of ${count(whole, noun)}`;
}

function digits(number: number): string {
  return number.toLocaleString('en-US');
}

function plural(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

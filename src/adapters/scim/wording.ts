/**
 * Text from outside, made fit for a person's terminal and for logs: no control characters, no escape sequences, no
 * credentials, not long.
 */

const longest = 200;
/** ANSI escape sequences: CSI (colours, cursor), OSC (titles, links), and the two-character ones. */
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
/** C0, DEL, C1, line separators, and the marks that turn the direction of text around. */
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** Cleans and shortens. Secrets go first, so that none is left over at the cut. */
export function clean(text: string, secrets: readonly string[]): string {
  let cleaned = text.replace(escapes, '').replace(controls, ' ');
  for (const secret of secrets) cleaned = cleaned.replaceAll(secret, '***');
  cleaned = cleaned.replace(/\s+/g, ' ').trim();
  return cleaned.length > longest ? `${cleaned.slice(0, longest - 1)}…` : cleaned;
}

/**
 * What must never be repeated out of a set of authentication headers: the values, their words (`Bearer xyz` → `xyz`),
 * and what is inside a Basic credential. Longest first, so that a part never spoils the whole.
 */
export function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  const secrets = new Set<string>();
  for (const value of Object.values(headers)) {
    const words = value.split(/\s+/);
    for (const word of [value, ...words.slice(words.length > 1 ? 1 : 0)]) secrets.add(word);
    if (words[0]?.toLowerCase() !== 'basic') continue;
    const credentials = Buffer.from(words[1] ?? '', 'base64').toString();
    secrets.add(credentials).add(credentials.slice(credentials.indexOf(':') + 1));
  }
  return [...secrets].filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
}

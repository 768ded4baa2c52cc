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

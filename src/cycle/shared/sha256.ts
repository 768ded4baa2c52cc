import { createHash, hash } from 'node:crypto';

/** Characters that are hashed at once. */
const hashedAtOnce = 65_536;

/** Of a text, or of texts one after the other. */
export function sha256(text: string | Iterable<string>): string {
  if (typeof text === 'string') return hash('sha256', text, 'hex');
  const all = createHash('sha256');
  let part = '';
  for (const one of text) {
    part += one;
    if (part.length < hashedAtOnce) continue;
    all.update(part);
    part = '';
  }
  return all.update(part).digest('hex');
}

import type { ConfigPath } from '../place.ts';

/** Keys of the product that are not built yet, and what to do meanwhile. `*` stands for any name. */
const notYet: Readonly<Record<string, string>> = {
  admin: 'the status page and its API are not available yet; leave admin out',
  'state.postgres': 'a state in PostgreSQL is not available yet; use state.path',
};

/** A sentence about a key that is promised and not there yet. */
export function notYetSentence(path: ConfigPath): string | undefined {
  const general = path[0] === 'targets' ? path.map((part, index) => (index === 1 ? '*' : part)) : path;
  return notYet[general.join('.')];
}

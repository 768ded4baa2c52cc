import { readScimPath, sameScimValue } from '../../core/mapping/scim-path.ts';
import type { Body } from './message.ts';
import type { WireChange } from './wire-change.ts';

/**
 * Whether an answered resource contradicts the changes that it is the answer to. Some targets take a request, say 200
 * and do nothing (GitHub's enterprises with paths that have a filter, Sentry with PUT). An attribute that the answer
 * does not show at all says nothing: answers may be partial. Spelling is the target's own (a telephone number without
 * blanks, an address in lower case).
 */
export function contradicts(body: Body, changes: readonly WireChange[]): boolean {
  return changes.some(({ path, value }) => {
    const attribute = readScimPath(body, { ...path, filter: undefined, sub: undefined });
    if (attribute === undefined || attribute === null) return false;
    const held = readScimPath(body, path);
    if (value === undefined) return isFilled(held);
    return !sameScimValue(value, held) && !(typeof value === 'string' && typeof held === 'string' && core(value) === core(held));
  });
}

function isFilled(held: unknown): boolean {
  return held !== undefined && held !== null && held !== '' && !(Array.isArray(held) && held.length === 0);
}

/** A text without what servers normalise away. */
function core(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

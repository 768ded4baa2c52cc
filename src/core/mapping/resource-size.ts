import type { DesiredValue } from '../model/resource.ts';

/**
 * Characters of what a resource holds, but for its members. No target's answer about one user is read beyond 1 MB, and
 * whoever sends more cannot be told what came of it.
 */
export const largestResource = 768 * 1024;

export const tooMuch = `its values, with those before it in the map, are more than ${largestResource / 1024} kB together, and no target is sent so much about one`;

/** Characters of a value, with what separates its parts. */
export function sizeOfValue(value: DesiredValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object') return plainSize;
  const parts: readonly DesiredValue[] = Array.isArray(value)
    ? (value as readonly DesiredValue[])
    : Object.values(value);
  let size = plainSize;
  for (const part of parts) {
    size += plainSize + sizeOfValue(part);
    if (size > largestResource) break;
  }
  return size;
}

const plainSize = 8;

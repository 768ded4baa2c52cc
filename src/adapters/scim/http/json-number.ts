import { mostDigits } from '../shared/bounds.ts';

/** A whole number with all its digits, as long as anybody could mean them: a BigInt of a million digits takes seconds. */
export function exactNumber(source: string, value: number): number | bigint {
  return !Number.isSafeInteger(value) && source.length <= mostDigits && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

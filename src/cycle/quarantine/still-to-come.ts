/**
 * Whether the end of a pause is still to come. A pause that reaches further than any can be comes from a clock that jumped.
 *
 * @param until ISO 8601
 * @param now milliseconds since 1970
 * @param longest how long a pause of this kind can be, in milliseconds
 */
export function isStillToCome(until: string, now: number, longest: number): boolean {
  const left = Date.parse(until) - now;
  return left > 0 && left <= longest;
}

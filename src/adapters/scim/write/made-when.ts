import { readScimPath, scimPath } from '../../../core/mapping/scim-path.ts';
import type { Answer, Body } from '../shared/message.ts';

const longestCreation = 60_000;
const surelyOlder = 24 * 60 * 60_000;
/** Time zones differ by quarters of an hour, and by 14 hours at most. */
const quarter = 15 * 60_000;

/**
 * Whether an answer shows what was there before: 200 in place of 201 (RFC 7644 §3.3), or a `meta` that tells. Clocks of
 * targets are set to any time zone, so that "created" is compared with what the same target says otherwise.
 */
export function existedBefore({ status, date, body }: Answer): boolean {
  const created = timeIn(body, 'meta.created');
  return (
    status === 200 ||
    timeIn(body, 'meta.lastModified') - created > longestCreation ||
    Date.parse(date ?? '') - created > surelyOlder
  );
}

/** Whether an account says that it was made when its answer was sent, by the same target's clock, in whatever time zone. */
export function isMadeJustNow({ date, body }: Answer): boolean {
  const age = Math.abs(Date.parse(date ?? '') - timeIn(body, 'meta.created'));
  const beside = age % quarter;
  return age < surelyOlder && Math.min(beside, quarter - beside) <= longestCreation;
}

function timeIn(body: Body | undefined, path: string): number {
  const said = body === undefined ? undefined : readScimPath(body, scimPath(path));
  return typeof said === 'string' ? Date.parse(said) : NaN;
}

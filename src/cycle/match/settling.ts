import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Failure } from '../../core/model/outcome.ts';
import { isFailure, type ScimTarget } from '../../ports/scim-target.ts';

/** So long after its creation, what a target does not show may be on its way: reads come from copies that are written later. */
const settlingMilliseconds = 5 * 60_000;

/** Younger ones that are asked for, at most. */
const mostAsked = 2;

/**
 * Whether a 404 for an account or group means no more than that it is new. Copies are written in order: once the target
 * shows one that was created after it, and still not this one, it is not new but gone.
 *
 * @param others links to pick younger ones from
 * @param now milliseconds since 1970
 */
export async function isSettling(
  about: Link,
  others: Iterable<Link>,
  { target, signal }: { readonly target: Pick<ScimTarget, 'read'>; readonly signal: AbortSignal },
  now: number,
): Promise<boolean> {
  const { createdAt } = about;
  const age = createdAt === undefined ? Infinity : now - Date.parse(createdAt);
  if (createdAt === undefined || !(age >= 0 && age < settlingMilliseconds)) return false;
  for (const { type, targetId } of younger(about, createdAt, others)) {
    if (isFailure(await target.read(type, targetId, signal, 'members'))) continue;
    // What the target did not show a moment ago may have come with the younger one.
    const again = await target.read(about.type, about.targetId, signal, 'members');
    return !isFailure(again) || again.class !== 'gone';
  }
  return true;
}

/** Of the same type and switched on, those created at the same time or later; the youngest first. */
function younger(about: Link, createdAt: string, others: Iterable<Link>): readonly Link[] {
  const found: Link[] = [];
  for (const link of others) {
    if (link.type !== about.type || link.lifecycle !== 'active' || link.sourceId === about.sourceId) continue;
    if (link.createdAt !== undefined && link.createdAt >= createdAt) found.push(link);
  }
  const isLater = (a: Link, b: Link): number => ((a.createdAt ?? '') < (b.createdAt ?? '') ? 1 : -1);
  return found.sort(isLater).slice(0, mostAsked);
}

export function settlingFailure(failure: Failure): Failure {
  return {
    ...failure,
    class: 'transient',
    detail: 'it was created a few minutes ago, and the target does not show it yet',
  };
}

/** How soon one that is too new to be seen is looked at again, at the earliest. */
const shortestRest = 10_000;

/** When those who are too new are looked at again, by target, in milliseconds since 1970. */
const rests = new WeakMap<object, Map<SourceId, number>>();

/** Notes that one was looked at in vain: the next look comes after as long a pause as all the time before. */
export function noteSettling(target: object, { sourceId, createdAt }: Link, now: number): void {
  const age = createdAt === undefined ? 0 : now - Date.parse(createdAt);
  const rest = Math.min(Math.max(age, shortestRest), settlingMilliseconds);
  const known = rests.get(target) ?? new Map<SourceId, number>();
  rests.set(target, known.set(sourceId, now + rest));
}

/** Whether it is too early to look again. A clock that was set back ends it. */
export function isResting(target: object, { sourceId }: Link, now: number): boolean {
  const until = rests.get(target)?.get(sourceId);
  if (until === undefined) return false;
  const isEarly = now < until && until - now <= settlingMilliseconds;
  if (!isEarly) rests.get(target)?.delete(sourceId);
  return isEarly;
}

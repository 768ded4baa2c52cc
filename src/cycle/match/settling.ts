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

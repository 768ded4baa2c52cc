import { cutShort, isFailure, overriding, type HurriedTarget, type ScimTarget } from '../../ports/scim-target.ts';
import type { Failure } from '../../core/model/outcome.ts';

/** Whoever leaves waits no longer for searches of those who come. */
const patienceMilliseconds = 5_000;

/**
 * The same target, whose searches end when they take long, or are refused to our credentials: tokens that may write and
 * not read exist. Then access ends first, and everything is planned once more; what the target says to that counts for all.
 *
 * @param isRefused it is known already that our credentials are: nobody is searched for
 */
export function endsFirst(target: ScimTarget, isRefused: boolean): HurriedTarget {
  const hurried = target.hurried(patienceMilliseconds);
  let wasRefused = isRefused;
  const unlessRefused = async <T>(call: () => Promise<T | Failure>): Promise<T | Failure> => {
    if (wasRefused) return cutShort;
    const answer = await call();
    if (!isFailure(answer) || answer.class !== 'auth') return answer;
    wasRefused = true;
    return cutShort;
  };
  return {
    target: overriding(hurried.target, {
      find: (...asked) => unlessRefused(() => hurried.target.find(...asked)),
      inventory: (...asked) => unlessRefused(() => hurried.target.inventory(...asked)),
    }),
    wasCut: () => wasRefused || hurried.wasCut(),
  };
}

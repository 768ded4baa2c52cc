import type { Failure } from '../../../core/model/outcome.ts';
import { cutShort, overriding, type HurriedTarget, type ScimTarget } from '../../../ports/scim-target.ts';

/**
 * The same target, whose searches and lists end when they have taken so long altogether. The timer is of the same kind as
 * the deadline of a request: real time, whatever a clock says.
 */
export function hurried(target: ScimTarget, milliseconds: number): HurriedTarget {
  const deadline = AbortSignal.timeout(milliseconds);
  let wasCut = false;
  const inTime = async <T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T | Failure> => {
    try {
      deadline.throwIfAborted();
      return await call(AbortSignal.any([signal, deadline]));
    } catch (thrown) {
      if (signal.aborted || !deadline.aborted) throw thrown;
      wasCut = true;
      return cutShort;
    }
  };
  return {
    target: overriding(target, {
      find: (type, attribute, value, signal, without) =>
        inTime(signal, (both) => target.find(type, attribute, value, both, without)),
      inventory: (type, worthRequests, signal, without) =>
        inTime(signal, (both) => target.inventory(type, worthRequests, both, without)),
      read: (type, id, signal, without) => inTime(signal, (both) => target.read(type, id, both, without)),
    }),
    wasCut: () => wasCut,
  };
}

import { BridgeError } from '../../../core/model/errors.ts';
import type { Failure, Outcome } from '../../../core/model/outcome.ts';
import { overriding, type ProbeResult, type ScimTarget } from '../../../ports/scim-target.ts';
import type { TargetPlaces } from './answer-places.ts';

/**
 * The same target, of which no answer can end more than the call that it answers. Whatever is thrown while an answer is
 * worked with is a failure of that call; a creation may have taken effect, so that it is searched for. Only a broken
 * configuration, and the signal's reason, get through. What it read of long answers counts until it has ended.
 *
 * @param onFault told what was thrown
 */
export function contained(
  target: ScimTarget,
  { places, onFault }: { readonly places: TargetPlaces; readonly onFault: (thrown: unknown) => void },
): ScimTarget {
  const caught = async <T>(signal: AbortSignal, failed: T, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (thrown) {
      if (thrown instanceof BridgeError || signal.aborted) throw thrown;
      onFault(thrown);
      return failed;
    }
  };
  const contain = <T>(signal: AbortSignal, failed: T, call: () => Promise<T>): Promise<T> =>
    caught(signal, failed, () => places.ofCall(call));
  return overriding(target, {
    discover: (signal) => contain(signal, unusable, () => target.discover(signal)),
    find: (type, attribute, value, signal, without) =>
      contain<Awaited<ReturnType<ScimTarget['find']>>>(signal, unusable, () =>
        target.find(type, attribute, value, signal, without),
      ),
    inventory: (type, worthRequests, signal, without) =>
      contain<Awaited<ReturnType<ScimTarget['inventory']>>>(signal, undefined, () =>
        target.inventory(type, worthRequests, signal, without),
      ),
    walk: (type, worthRequests, onPage, signal) =>
      caught<Awaited<ReturnType<ScimTarget['walk']>>>(signal, 'partial', () =>
        target.walk(type, worthRequests, onPage, signal),
      ),
    membersOf: (group, signal) =>
      contain<Awaited<ReturnType<ScimTarget['membersOf']>>>(signal, unusable, () => target.membersOf(group, signal)),
    read: (type, id, signal, without) =>
      contain<Awaited<ReturnType<ScimTarget['read']>>>(signal, unusable, () => target.read(type, id, signal, without)),
    create: (type, attributes, signal, members, isNew) =>
      contain<Outcome>(signal, { kind: 'failed', failure: { ...unusable, class: 'unknown' } }, () =>
        target.create(type, attributes, signal, members, isNew),
      ),
    update: (type, id, changes, signal, known) =>
      contain<Outcome>(signal, unusableOutcome, () => target.update(type, id, changes, signal, known)),
    changeMembers: (group, change, signal) =>
      contain<Outcome>(signal, unusableOutcome, () => target.changeMembers(group, change, signal)),
    answers: (type, signal) => contain(signal, false, () => target.answers(type, signal)),
    remove: (type, id, signal, known) =>
      contain<Outcome>(signal, unusableOutcome, () => target.remove(type, id, signal, known)),
    probe: (signal) => contain<ProbeResult>(signal, { kind: 'failed', failure: unusable }, () => target.probe(signal)),
  });
}

const unusable: Failure = { class: 'protocol', detail: 'its answer cannot be worked with' };
const unusableOutcome: Outcome = { kind: 'failed', failure: unusable };

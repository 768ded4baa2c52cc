import type { Operation } from '../../core/model/plan.ts';
import type { StateView } from '../../ports/state-store.ts';

/**
 * How many seats are taken: active accounts of users, adopted ones too, and those that a creation without a clear answer
 * may have made.
 *
 * @param planned whoever these are about is looked for or created anyway: a creation of theirs counts when it is done
 */
export async function takenSeats(
  target: string,
  store: Pick<StateView, 'counts' | 'openIntents'>,
  planned: readonly Operation[],
): Promise<number> {
  const { active, leftDisabled } = (await store.counts(target)).user;
  const ids = new Set(planned.map((operation) => operation.sourceId));
  const intents = await store.openIntents(target);
  const perhaps = intents.filter(
    ({ type, adopts, sourceId }) => type === 'user' && adopts === undefined && !ids.has(sourceId),
  );
  return active - leftDisabled + perhaps.length;
}

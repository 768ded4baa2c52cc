import type { SourceId } from '../../core/model/entry.ts';
import type { StateView } from '../../ports/state-store.ts';

/**
 * How many seats are taken: active accounts of users, adopted ones too, and those that a creation without a clear answer
 * may have made.
 *
 * @param isPlanned who is looked for or created anyway: a creation of theirs counts when it is done
 */
export async function takenSeats(
  target: string,
  store: Pick<StateView, 'counts' | 'openIntents'>,
  isPlanned: (id: SourceId) => boolean,
): Promise<number> {
  const { active, leftDisabled } = (await store.counts(target)).user;
  const intents = await store.openIntents(target);
  const perhaps = intents.filter(
    ({ type, adopts, sourceId }) => type === 'user' && adopts === undefined && !isPlanned(sourceId),
  );
  return active - leftDisabled + perhaps.length;
}

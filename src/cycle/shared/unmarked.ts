import type { SourceId } from '../../core/model/entry.ts';
import type { SeenMarks, StateView } from '../../ports/state-store.ts';
import { inBatches } from './batches.ts';

/** What the state knows of others than these entries: they are marked, then it is asked for whoever has no mark. */
export async function* besides<T>(
  seen: readonly SourceId[],
  store: Pick<StateView, 'openMarks'>,
  ask: (marks: SeenMarks) => AsyncIterable<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  const marks = await store.openMarks();
  try {
    for (const batch of inBatches(seen)) await marks.mark(batch);
    yield* ask(marks);
  } finally {
    await marks.close();
  }
}

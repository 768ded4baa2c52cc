import type { SourceId } from '../../src/core/model/entry.ts';
import type { SeenMarks, StateView } from '../../src/ports/state-store.ts';

/** What the state knows of others than these. */
export async function besides<T>(
  store: Pick<StateView, 'openMarks'>,
  seen: readonly SourceId[],
  ask: (marks: SeenMarks) => AsyncIterable<readonly T[]>,
): Promise<T[]> {
  const marks = await store.openMarks();
  await marks.mark(seen);
  const found: T[] = [];
  for await (const batch of ask(marks)) for (const one of batch) found.push(one);
  await marks.close();
  return found;
}

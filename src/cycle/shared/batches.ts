import type { SourceId } from '../../core/model/entry.ts';
import type { SeenMarks, StateView } from '../../ports/state-store.ts';
import { nextTurn } from './turns.ts';

/** How many a port is asked for at once. */
const size = 2_000;

export function* inBatches<T>(items: Iterable<T>, most = size): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < most) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Asks for something by id, batch by batch, and puts the answers together. Others have their turn between two batches.
 *
 * @param most how many are asked for at once: fewer where each answer is long
 */
export async function gather<K, V>(
  ids: readonly K[],
  ask: (batch: readonly K[]) => Promise<ReadonlyMap<K, V>>,
  most = size,
): Promise<Map<K, V>> {
  const all = new Map<K, V>();
  for (const batch of inBatches(ids, most)) {
    if (all.size > 0) await nextTurn();
    for (const [id, value] of await ask(batch)) all.set(id, value);
  }
  return all;
}

/** What the state knows of others than these entries: they are marked, then it is asked for whoever has no mark. */
export async function* besides<T>(
  seen: Iterable<SourceId>,
  store: Pick<StateView, 'openMarks'>,
  ask: (marks: SeenMarks) => AsyncIterable<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  const marks = await store.openMarks();
  try {
    for (const batch of inBatches(seen)) {
      await marks.mark(batch);
      if (batch.length === size) await nextTurn();
    }
    yield* ask(marks);
  } finally {
    await marks.close();
  }
}

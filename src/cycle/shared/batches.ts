/** How many a port is asked for at once. */
const size = 5_000;

/** So many at once. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** Asks for something by id, batch by batch, and puts the answers together. */
export async function gather<K, V>(
  ids: readonly K[],
  ask: (batch: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): Promise<Map<K, V>> {
  const all = new Map<K, V>();
  for (const batch of inBatches(ids)) for (const [id, value] of await ask(batch)) all.set(id, value);
  return all;
}

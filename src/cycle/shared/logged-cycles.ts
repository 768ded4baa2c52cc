import type { LoggedEntry } from '../../core/model/log-entry.ts';
import type { StateView } from '../../ports/state-store.ts';

/**
 * What the log has of these cycles on these targets, by cycle. The log is read once for all of them, and not at all when
 * none is asked for; a cycle of which it has nothing is left out.
 */
export async function loggedCycles(
  cycles: ReadonlySet<string>,
  targets: readonly string[],
  store: Pick<StateView, 'logged'>,
): Promise<ReadonlyMap<string, readonly LoggedEntry[]>> {
  const entries = new Map<string, LoggedEntry[]>();
  if (cycles.size === 0) return entries;
  for await (const batch of store.logged(0)) {
    for (const entry of batch) {
      if (!cycles.has(entry.cycle) || !targets.includes(entry.target)) continue;
      const own = entries.get(entry.cycle);
      if (own === undefined) entries.set(entry.cycle, [entry]);
      else own.push(entry);
    }
  }
  return entries;
}

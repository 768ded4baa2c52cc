import type { DirectoryState, StateStore } from '../ports/state-store.ts';

/** How old the time in the state may become while nothing else changes: a silent poll writes nothing. */
const restMilliseconds = 60_000;

/** Notes for `status` how the directories were found. A state that cannot be written is the cycle's trouble, not ours. */
export async function rememberDirectories(seen: ReadonlyMap<string, DirectoryState>, store: StateStore): Promise<void> {
  for (const [directory, state] of seen) {
    const before = await store.directory(directory);
    if (isWorthWriting(before, state)) await store.record([{ kind: 'directory', directory, state }]).catch(() => undefined);
  }
}

function isWorthWriting(before: DirectoryState | undefined, now: DirectoryState): boolean {
  if (before?.changes !== now.changes || before?.users !== now.users || before.groups !== now.groups) return true;
  const age = Date.parse(now.readAt) - Date.parse(before.readAt);
  return !(age >= 0 && age < restMilliseconds);
}

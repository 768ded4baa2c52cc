import type { DirectoryState } from '../../ports/state-records.ts';
import type { StateStore } from '../../ports/state-store.ts';

/** How old the time in the state may become while nothing else changes: a silent poll writes nothing. */
const restMilliseconds = 60_000;

/** Notes for `status` how the directories were found. A state that cannot be written is the cycle's affair, not ours. */
export async function rememberDirectories(seen: ReadonlyMap<string, DirectoryState>, store: StateStore): Promise<void> {
  for (const [directory, state] of seen) {
    const before = await store.directory(directory);
    if (isWorthWriting(before, state))
      await store.record([{ kind: 'directory', directory, state }]).catch(() => undefined);
  }
}

function isWorthWriting(before: DirectoryState | undefined, now: DirectoryState): boolean {
  if (before?.readingSince !== undefined || before?.readAt === undefined || now.readAt === undefined) return true;
  if (before.changes !== now.changes || before.users !== now.users || before.groups !== now.groups) return true;
  const age = Date.parse(now.readAt) - Date.parse(before.readAt);
  return !(age >= 0 && age < restMilliseconds);
}

/** A reading that took long, and failed, is not under way any more. */
export async function forgetReadings(failed: Iterable<string>, store: StateStore): Promise<void> {
  for (const directory of failed) {
    const { readingSince, ...state } = (await store.directory(directory)) ?? {};
    if (readingSince === undefined) continue;
    await store
      .record([{ kind: 'directory', directory, state: { users: 0, groups: 0, ...state } }])
      .catch(() => undefined);
  }
}

/** A reading takes long. */
export async function rememberReading(directory: string, readingSince: string, store: StateStore): Promise<void> {
  const before = await store.directory(directory);
  await store
    .record([{ kind: 'directory', directory, state: { users: 0, groups: 0, ...before, readingSince } }])
    .catch(() => undefined);
}

import { isDeepStrictEqual } from 'node:util';
import { mergeIdentity } from '../../core/directory/identity.ts';
import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import type { StateStore, StateView } from '../../ports/state-store.ts';

/** What the directories were of which anybody is linked; another may become whatever it likes. */
export async function pinnedDirectories(
  names: Iterable<string>,
  store: Pick<StateView, 'identity' | 'linkTotals'>,
): Promise<ReadonlyMap<string, DirectoryIdentity>> {
  const linked = new Set((await store.linkTotals()).map(({ directory }) => directory));
  const pinned = new Map<string, DirectoryIdentity>();
  for (const name of names) {
    const identity = linked.has(name) ? await store.identity(name) : undefined;
    if (identity !== undefined) pinned.set(name, identity);
  }
  return pinned;
}

/** Notes what the directories turned out to be, before anybody is linked. A state that cannot be written ends the cycle by itself. */
export async function pinDirectories(found: ReadonlyMap<string, DirectoryIdentity>, store: StateStore): Promise<void> {
  for (const [directory, now] of found) {
    const before = await store.identity(directory);
    const identity = mergeIdentity(before, now);
    if (isDeepStrictEqual(plain(before), plain(identity))) continue;
    await store.record([{ kind: 'identity', directory, identity }]).catch(() => undefined);
  }
}

/** As the state gives it back: without keys for what is undefined. */
function plain(identity: DirectoryIdentity | undefined): unknown {
  return identity === undefined ? undefined : JSON.parse(JSON.stringify(identity));
}

import type { DirectoryIdentity } from '../core/model/directory-identity.ts';
import type { DirectorySource } from '../ports/directory-source.ts';
import type { StateView } from '../ports/state-store.ts';

/** What a directory is now, and how many of those linked from it it has. */
export interface DirectoryLook {
  readonly before: DirectoryIdentity | undefined;
  readonly now: DirectoryIdentity;
  readonly linked: number;
  readonly found: number;
}

/** Reads a directory as it is, whatever it was, and looks for everybody who is linked from it. */
export async function lookAtDirectory(
  source: DirectorySource,
  store: StateView,
  signal: AbortSignal,
): Promise<DirectoryLook> {
  const { name } = source;
  const { identity: now } = await source.inspect(signal);
  const present = new Set<string>();
  await source.read({
    attributes: { user: new Set(), group: new Set() },
    visit: ({ id }) => void present.add(id),
    signal,
  });
  const linked = new Set<string>();
  for (const target of new Set((await store.linkTotals()).map((total) => total.target))) {
    for await (const batch of store.linksFrom(target, new Set([name])))
      for (const { sourceId } of batch) linked.add(sourceId);
  }
  return { before: await store.identity(name), now, linked: linked.size, found: linked.intersection(present).size };
}

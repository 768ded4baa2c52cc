import type { DirectoryIdentity } from '../../core/model/directory-identity.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { App } from '../app.ts';
import { withStore } from './with-store.ts';

/** What a directory is now, and how many of those linked from it it has. */
export interface DirectoryLook {
  readonly before: DirectoryIdentity | undefined;
  readonly now: DirectoryIdentity;
  readonly linked: number;
  readonly found: number;
}

/**
 * A directory is another one now: it is taken as it is. Those whom it does not have depart, within the guard's limits.
 *
 * @param isWanted asked when somebody would depart: nothing is changed, unless it says so
 * @returns undefined when it was not wanted
 */
export function repin(
  app: App,
  directory: string,
  isWanted: (look: DirectoryLook) => Promise<boolean>,
  signal: AbortSignal,
): Promise<DirectoryLook | undefined> {
  return withStore(app, async (store) => {
    const source = app.sources.get(directory);
    if (source === undefined) {
      throw new BridgeError(
        'D2S_USAGE',
        `there is no directory "${directory}" in the configuration`,
        `there are: ${[...app.sources.keys()].join(', ')}`,
      );
    }
    const look = await lookAtDirectory(source, store, signal);
    if (look.found < look.linked && !(await isWanted(look))) return undefined;
    await store.record([{ kind: 'identity', directory, identity: look.now }]);
    return look;
  });
}

/** Reads a directory as it is, whatever it was, and looks for everybody who is linked from it. */
async function lookAtDirectory(source: DirectorySource, store: StateView, signal: AbortSignal): Promise<DirectoryLook> {
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

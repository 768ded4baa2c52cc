import { joinEntries } from '../../core/directory/join-entries.ts';
import { toSourceId } from '../../core/directory/source-id.ts';
import type { SourceId } from '../../core/model/entry.ts';
import { BridgeError } from '../../core/model/errors.ts';
import type { Link } from '../../core/model/link.ts';
import { projectTarget } from '../../core/mapping/project.ts';
import { callingNames } from '../../cycle/explain-target.ts';
import type { Erased } from '../../ports/state-tools.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { App } from '../app.ts';
import { idsInLog } from '../log.ts';
import { readAll } from '../read-all.ts';
import { idOf } from '../who.ts';

export interface ForgetRequest {
  /** A source id, any name that `explain` knows, or the name by which a target knew somebody. */
  readonly who: string;
  /** Also where the directory still has them in scope. */
  readonly evenInScope: boolean;
  /** Asked once with what would be forgotten: nothing is, unless it says so. */
  readonly isWanted: (whom: Forgettable) => Promise<boolean>;
}

/** Whom it is about, and what is known. */
export interface Forgettable {
  readonly sourceId: SourceId;
  /** The accounts stay on the targets as they are, and nobody ends their access any more. */
  readonly links: readonly Link[];
  /** Targets for which the directory has them in scope: the next cycle takes the account over again, or makes a new one. */
  readonly inScopeOf: readonly string[];
}

export interface Forgotten extends Forgettable, Erased {}

/**
 * Erases everything that is remembered about one person or group: links, memberships, names, failures, decisions and the
 * entries of the provisioning log. What the targets have stays as it is.
 *
 * @returns undefined when it was not wanted
 * @throws BridgeError D2S_NOT_FOUND, D2S_USAGE when several are meant or they are still in scope, D2S_STATE_LOCKED
 */
export async function forget(
  app: App,
  { who, evenInScope, isWanted }: ForgetRequest,
  signal: AbortSignal,
): Promise<Forgotten | undefined> {
  const view = await app.openView();
  const whom = await lookAt(who, app, view, signal).finally(() => view.close());
  if (whom.inScopeOf.length > 0 && !evenInScope)
    throw new BridgeError(
      'D2S_USAGE',
      `the directory still has ${whom.sourceId} in scope of ${whom.inScopeOf.join(', ')}: the next cycle would take the account over again, or make a new one, and remember it`,
      'take them out of the scope or the directory first; --yes erases what is remembered all the same',
    );
  if (!(await isWanted(whom))) return undefined;
  return { ...whom, ...(await app.stateTools.erase(new Set([whom.sourceId]))) };
}

async function lookAt(who: string, app: App, view: StateView, signal: AbortSignal): Promise<Forgettable> {
  const targets = [...app.targets.keys()];
  const { setups, readings, failures } = await readAll(app, targets, { store: view, also: callingNames, signal });
  // Without a look at all directories nobody knows whether somebody is still in scope.
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const entries = joinEntries([...readings.complete.values()]);
  const now = app.clock.now();
  const sourceId =
    toSourceId('entryUUID', Buffer.from(who.trim())) ??
    onlyOne(
      who,
      await idsInLog(who, view),
      await idOf(who, entries, setups, view, { now, signal }).catch((error: unknown) => {
        if (error instanceof BridgeError && error.code === 'D2S_NOT_FOUND') return error;
        throw error;
      }),
    );
  const links: Link[] = [];
  for (const target of new Set((await view.linkTotals()).map((total) => total.target)))
    for (const link of (await view.links(target, [sourceId])).values()) links.push(link);
  const inScopeOf = setups
    .filter(({ definition }) => {
      const own = [...entries].filter(({ directory }) => definition.maps.has(directory));
      const { resources, rejected } = projectTarget(own, definition, now);
      return [...resources, ...rejected].some((one) => one.sourceId === sourceId);
    })
    .map(({ target }) => target.name);
  return { sourceId, links, inScopeOf };
}

/** Names pass from one person to another: what is erased must be one's alone. */
function onlyOne(who: string, logged: ReadonlySet<SourceId>, found: SourceId | BridgeError): SourceId {
  if (typeof found !== 'string' && logged.size === 0) throw found;
  const all = new Set([...logged, ...(typeof found === 'string' ? [found] : [])]);
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return first;
  throw new BridgeError(
    'D2S_USAGE',
    `${all.size} entries go, or went, by the name ${who}`,
    `name one of them by its id: ${[...all].join(', ')}`,
  );
}

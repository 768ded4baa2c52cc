import { digestAttributes } from '../core/planning/diff.ts';
import type { SourceId } from '../core/model/entry.ts';
import type { LoggedEntry } from '../core/model/log-entry.ts';
import type { StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import { chosenTargets } from './targets.ts';
import { readWho } from './who.ts';

export interface LogRequest {
  /** Any name that `explain` knows, a source id, or the name by which a target knew somebody. */
  readonly who?: string | undefined;
  readonly target?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly cycle?: string | undefined;
  /** Only what failed. */
  readonly failed: boolean;
}

type IsMeant = (entry: LoggedEntry) => boolean;

/**
 * The provisioning log, oldest first, in batches.
 *
 * @throws BridgeError D2S_USAGE, and D2S_NOT_FOUND when nobody goes by that name
 */
export async function* readLog(
  app: App,
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedEntry[]> {
  const view = await app.openView();
  try {
    const isMeant = await filterOf(app, view, request, signal);
    for await (const batch of view.logged(0)) {
      signal.throwIfAborted();
      const entries = batch.filter(isMeant);
      if (entries.length > 0) yield entries;
    }
  } finally {
    await view.close();
  }
}

const everyMilliseconds = 500;

/** The same, and goes on with what is logged meanwhile, until the signal says that it is enough. */
export async function* followLog(
  app: App,
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedEntry[]> {
  const view = await app.openView();
  let last = 0;
  const isMeant = await filterOf(app, view, request, signal).catch(async (error: unknown) => {
    await view.close();
    throw error;
  });
  try {
    for await (const batch of view.logged(0)) {
      last = batch.at(-1)?.seq ?? last;
      yield batch.filter(isMeant);
    }
  } finally {
    await view.close();
  }
  const tail = app.tailLog(last);
  while (!signal.aborted) {
    const entries = (await tail()).filter(isMeant);
    if (entries.length > 0) yield entries;
    await app.clock.sleep(everyMilliseconds, signal).catch(() => undefined);
  }
}

/** Which entries are meant. */
async function filterOf(app: App, view: StateView, request: LogRequest, signal: AbortSignal): Promise<IsMeant> {
  const targets = new Set(chosenTargets(app, request.target));
  const { cycle, since, failed, who, target } = request;
  const isMeant: IsMeant = (entry) =>
    (target === undefined || targets.has(entry.target)) &&
    (cycle === undefined || entry.cycle === cycle) &&
    (since === undefined || Date.parse(entry.at) >= since) &&
    (!failed || entry.outcome === 'failed');
  if (who === undefined) return isMeant;
  const known = await idsInLog(who, view);
  const ids = known.size > 0 ? known : new Set([await readWho(app, who, view, [...targets], signal)]);
  return (entry) => isMeant(entry) && isAbout(entry, ids);
}

/** Whoever has this source id, or had this name on a target: also who is in no directory any more. */
export async function idsInLog(who: string, view: StateView): Promise<Set<SourceId>> {
  const text = who.trim();
  const names = new Set(
    [text, text.toLowerCase()].flatMap((name) => {
      const { userName, displayName } = digestAttributes(
        new Map([
          ['userName', name],
          ['displayName', name],
        ]),
        view.digest,
        () => undefined,
      );
      return [userName, displayName];
    }),
  );
  const id = text.toLowerCase();
  const ids = new Set<SourceId>();
  for await (const batch of view.logged(0)) {
    for (const { sourceId, name } of batch) {
      if (sourceId.toLowerCase() === id || (name !== undefined && names.has(name))) ids.add(sourceId);
    }
  }
  return ids;
}

/** Also the group that somebody joined or left, and the account that passed to them. */
function isAbout({ sourceId, joined = [], left = [], replaces }: LoggedEntry, ids: ReadonlySet<SourceId>): boolean {
  return (
    ids.has(sourceId) ||
    (replaces !== undefined && ids.has(replaces)) ||
    joined.some((one) => ids.has(one)) ||
    left.some((one) => ids.has(one))
  );
}

import { BridgeError } from '../../core/model/errors.ts';
import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { projectTarget } from '../../core/mapping/project.ts';
import { explainTarget, findEntries, type TargetExplanation } from '../../cycle/explain-target.ts';
import { readDirectories } from '../../cycle/read-directories.ts';
import type { TargetSetup } from '../../cycle/target-setup.ts';
import type { App } from '../../app.ts';
import type { StateView } from '../../ports/state-store.ts';
import { progressObserver } from '../progress.ts';
import { chosenTargets, interruptible, withApp, type CommandContext } from '../session.ts';
import { explanationJson, showExplanation } from '../show-explanation.ts';
import { printJson } from '../terminal.ts';

/** One person or group, step by step. Exit code 0, 1 when nobody is found. */
export async function explain(
  who: string,
  options: { readonly target?: string; readonly json: boolean },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const view = await app.openView();
      try {
        const all = await explainAll(who, app, view, chosenTargets(app, options.target), stopping);
        if (options.json) printJson(terminal, { who, targets: all.map(explanationJson) });
        else for (const one of all) showExplanation(one, terminal);
        return 0;
      } finally {
        await view.close();
      }
    }),
  );
}

async function explainAll(
  who: string,
  app: App,
  view: StateView,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<TargetExplanation[]> {
  const setups = await Promise.all(targets.map((target) => app.prepare(target, signal)));
  const definitions = setups.map((setup) => setup.definition);
  const { complete, failed, lookUp } = await readDirectories(definitions, app.sources, { ...app, store: view, signal });
  const [failure] = failed.values();
  if (failure !== undefined) throw failure;
  const id = await idOf(who, [...complete.values()].flatMap(({ entries }) => entries), setups, view, app.clock.now());
  return Promise.all(
    setups.map((setup) => explainTarget(id, setup, readingsOf(setup, complete), view, { lookUp, now: app.clock.now(), signal })),
  );
}

function readingsOf(setup: TargetSetup, complete: ReadonlyMap<string, CompleteReading>): CompleteReading[] {
  return [...setup.definition.maps.keys()].flatMap((name) => complete.get(name) ?? []);
}

/** @throws BridgeError D2S_NOT_FOUND, or D2S_USAGE when several are meant */
async function idOf(who: string, entries: readonly Entry[], setups: readonly TargetSetup[], view: StateView, now: number): Promise<SourceId> {
  const found = new Map(findEntries(who, entries).map((entry) => [entry.id, entry.dn]));
  if (found.size === 0) {
    // A userName may be made of anything.
    for (const { definition } of setups) {
      const { resources } = projectTarget(entries.filter((entry) => definition.maps.has(entry.directory)), definition, now);
      for (const one of resources) if (one.label.toLowerCase() === who.trim().toLowerCase()) found.set(one.sourceId, one.label);
    }
  }
  const [first, ...others] = found.keys();
  if (first === undefined) return linkedId(who, setups, view);
  if (others.length === 0) return first;
  throw new BridgeError('D2S_USAGE', `${found.size} entries go by that name`, `name one of them by its id: ${[...found.keys()].slice(0, 5).join(', ')}`);
}

/** Whoever has left the directory is still known by source id. */
async function linkedId(who: string, setups: readonly TargetSetup[], view: StateView): Promise<SourceId> {
  const id = who.trim().toLowerCase();
  for (const { target } of setups) if ((await view.links(target.name, [id])).size > 0) return id;
  throw new BridgeError(
    'D2S_NOT_FOUND',
    'no entry with this DN, userName, mail address or source id is read from the directories',
    "check the spelling, and that users.bases and users.filter include it; a leaver is found by the source id",
  );
}

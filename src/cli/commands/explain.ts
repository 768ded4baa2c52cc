import { BridgeError } from '../../core/model/errors.ts';
import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { projectTarget } from '../../core/mapping/project.ts';
import { explainTarget, findEntries } from '../../cycle/explain-target.ts';
import { readDirectories } from '../../cycle/read-directories.ts';
import { remind } from '../../cycle/target-notes.ts';
import type { TargetSetup } from '../../cycle/target-setup.ts';
import type { App } from '../../app.ts';
import { isFailure } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import { commandLine } from '../command-line.ts';
import { errorJson, prepareAll } from '../plan-all.ts';
import { progressObserver } from '../progress.ts';
import { openUnlessLocked, pushAll, pushJson, showPush, type Examined } from '../push-explained.ts';
import { chosenTargets, interruptible, withApp, type CommandContext } from '../session.ts';
import { explanationJson, showExplanation } from '../show-explanation.ts';
import { printJson } from '../terminal.ts';

export interface ExplainOptions {
  readonly target?: string;
  readonly json: boolean;
  readonly push?: boolean;
  readonly yes?: boolean;
}

/** One person or group, step by step. Exit code 0, 1 when nobody is found, or something of a push failed. */
export async function explain(who: string, options: ExplainOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async (shutdown) => {
      const call = commandLine(context);
      const targets = chosenTargets(app, options.target);
      const store = options.push === true ? await openUnlessLocked(app) : undefined;
      const view = store ?? (await app.openView());
      try {
        const { all, failures } = await explainAll(who, app, view, targets, shutdown.stopping);
        if (!options.json) for (const { examination } of all) showExplanation(examination.explanation, terminal, call);
        const pushed = options.push === true ? await pushAll(all, { app, view, store, shutdown, yes: options.yes === true, terminal, call }) : undefined;
        if (options.json) printJson(terminal, { who, targets: all.map(({ examination }) => explanationJson(examination.explanation)), errors: failures.map(errorJson), ...(pushed === undefined ? {} : { pushed: pushed.map(pushJson) }) });
        else for (const one of pushed ?? []) showPush(one, terminal, call);
        for (const error of failures) terminal.note(error.line);
        const isPushed = (pushed ?? []).every(({ report }) => report === undefined || report.failed.length + report.notStarted === 0);
        return failures[0]?.exitCode ?? (isPushed ? 0 : 1);
      } finally {
        await view.close();
      }
    }),
  );
}

/** Of each target whose directories can be read; what is wrong with the others is told beside it. */
async function explainAll(who: string, app: App, view: StateView, targets: readonly string[], signal: AbortSignal): Promise<{ readonly all: Examined[]; readonly failures: readonly BridgeError[] }> {
  const failures: BridgeError[] = [];
  const prepared = await prepareAll(app, targets, failures, signal);
  const definitions = prepared.map((setup) => setup.definition);
  const { complete, failed, readAt, lookUp } = await readDirectories(definitions, app.sources, { ...app, store: view, signal });
  failures.push(...failed.values());
  const setups = prepared.filter(({ definition }) => [...definition.maps.keys()].every((name) => complete.has(name)));
  const id = await idOf(who, [...complete.values()].flatMap(({ entries }) => entries), setups, view, { now: app.clock.now(), signal }).catch((error: unknown) => {
    throw failures[0] ?? error; // whoever is not found may be in a directory that could not be read
  });
  const all = await Promise.all(
    setups.map(async (setup) => {
      const examination = await explainTarget(id, setup, readingsOf(setup, complete), view, { lookUp, now: app.clock.now(), signal });
      return { id, setup, readAt, examination };
    }),
  );
  return { all, failures };
}

function readingsOf(setup: TargetSetup, complete: ReadonlyMap<string, CompleteReading>): CompleteReading[] {
  return [...setup.definition.maps.keys()].flatMap((name) => complete.get(name) ?? []);
}

/** @throws BridgeError D2S_NOT_FOUND, or D2S_USAGE when several are meant */
async function idOf(who: string, entries: readonly Entry[], setups: readonly TargetSetup[], view: StateView, { now, signal }: { readonly now: number; readonly signal: AbortSignal }): Promise<SourceId> {
  const found = new Map(findEntries(who, entries).map((entry) => [entry.id, entry.dn]));
  if (found.size === 0) {
    // A userName may be made of anything.
    for (const { definition } of setups) {
      const { resources } = projectTarget(entries.filter((entry) => definition.maps.has(entry.directory)), definition, now);
      for (const one of resources) if (one.label.toLowerCase() === who.trim().toLowerCase()) found.set(one.sourceId, one.label);
    }
  }
  const [first, ...others] = found.keys();
  if (first === undefined) return linkedId(who, setups, view, signal);
  if (others.length === 0) return first;
  throw new BridgeError('D2S_USAGE', `${found.size} entries go by that name`, `name one of them by its id: ${[...found.keys()].slice(0, 5).join(', ')}`);
}

/** Whoever has left the directory is still known by source id, and to the target by name. */
async function linkedId(who: string, setups: readonly TargetSetup[], view: StateView, signal: AbortSignal): Promise<SourceId> {
  const id = who.trim().toLowerCase();
  for (const { target } of setups) if ((await view.links(target.name, [id])).size > 0) return id;
  const found = new Set<SourceId>();
  for (const { target } of setups) {
    await remind(target, view);
    for (const [type, attribute] of [['user', 'userName'], ['group', 'displayName']] as const) {
      const hits = await target.find(type, attribute, who.trim(), signal);
      if (isFailure(hits)) continue; // then the source id alone helps
      for (const owner of (await view.owners(target.name, type, hits.map((hit) => hit.id))).values()) found.add(owner);
    }
  }
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw new BridgeError(
    'D2S_NOT_FOUND',
    'no entry with this DN, userName, mail address or source id is read from the directories, nor linked on a target',
    "check the spelling, and that users.bases and users.filter include it; a leaver is found by the source id, or the userName on the target",
  );
}

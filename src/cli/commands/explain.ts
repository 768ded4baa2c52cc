import { BridgeError } from '../../core/model/errors.ts';
import { fold } from '../../core/directory/fold.ts';
import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { Operation } from '../../core/model/plan.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { projectTarget } from '../../core/mapping/project.ts';
import { callingNames, explainTarget, findEntries, type TargetExplanation } from '../../cycle/explain-target.ts';
import { readDirectories } from '../../cycle/read/read-directories.ts';
import { remind } from '../../cycle/shared/target-notes.ts';
import type { TargetSetup } from '../../cycle/shared/target-setup.ts';
import type { App } from '../../app.ts';
import { isFailure } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';
import { count } from '../../core/wording/count.ts';
import { commandLine } from '../command-line.ts';
import { nothingKnown, withName, type KnownAccounts } from '../known-accounts.ts';
import { errorJson, prepareAll } from '../plan-all.ts';
import { progressObserver } from '../progress.ts';
import { openUnlessLocked, pushExamined, pushJson, showPush, type Examined } from '../push-explained.ts';
import { chosenTargets, interruptible, withApp, type CommandContext } from '../session.ts';
import { explanationJson, showExplanation } from '../show-explanation.ts';
import { readAccounts } from '../read-accounts.ts';
import { printJson } from '../terminal.ts';
import { printable } from '../words.ts';

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
        const { all, failures } = await explainAll(who, app, view, targets, options.push === true, shutdown.stopping);
        const explained: { readonly one: TargetExplanation; readonly known: KnownAccounts }[] = [];
        for (const {
          setup,
          examination: { explanation },
        } of all)
          explained.push(await withAccounts(explanation, setup, view, shutdown.stopping));
        if (!options.json) for (const { one, known } of explained) showExplanation(one, who, known, terminal, call);
        const pushed =
          options.push === true
            ? await pushExamined(all, { app, view, store, shutdown, yes: options.yes === true, terminal, call })
            : undefined;
        if (options.json)
          printJson(terminal, {
            who,
            targets: explained.map(({ one, known }) => explanationJson(one, who, known)),
            errors: failures.map(errorJson),
            ...(pushed === undefined ? {} : { pushed: pushed.map(pushJson) }),
          });
        else for (const one of pushed ?? []) showPush(one, terminal, call);
        for (const error of failures) terminal.note(error.line);
        const isPushed = (pushed ?? []).every(
          ({ report }) => report === undefined || report.failed.length + report.notStarted === 0,
        );
        return failures[0]?.exitCode ?? (isPushed ? 0 : 1);
      } finally {
        await view.close();
      }
    }),
  );
}

/** With the values and names that only the target has; without them where it does not answer. */
async function withAccounts(one: TargetExplanation, { target }: TargetSetup, view: StateView, signal: AbortSignal) {
  const { operations, names, found } = one;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    const { known } = await readAccounts({
      target,
      view,
      operations,
      names,
      found,
      adopted: new Set(),
      worthPages: 0,
      signal: limited,
    });
    const named = (some: readonly Operation[]) => some.map((operation) => withName(operation, known));
    return { one: { ...one, operations: named(operations), held: named(one.held), undone: named(one.undone) }, known };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof BridgeError) && !(thrown instanceof DOMException)) throw thrown;
    return { one, known: { ...nothingKnown, names } };
  }
}

/** Longer than this, nobody waits for old values and names. */
const patience = 15_000;

/** Of each target whose directories can be read; what is wrong with the others is told beside it. */
async function explainAll(
  who: string,
  app: App,
  view: StateView,
  targets: readonly string[],
  isPush: boolean,
  signal: AbortSignal,
): Promise<{ readonly all: Examined[]; readonly failures: readonly BridgeError[] }> {
  const failures: BridgeError[] = [];
  const prepared = await prepareAll(app, targets, failures, signal);
  const definitions = prepared.map((setup) => setup.definition);
  const { complete, failed, readAt, lookUp } = await readDirectories(definitions, app.sources, {
    ...app,
    store: view,
    also: callingNames,
    signal,
  });
  for (const failure of failed.values()) failures.push(failure);
  const setups = prepared.filter(({ definition }) => [...definition.maps.keys()].every((name) => complete.has(name)));
  const id = await idOf(
    who,
    [...complete.values()].flatMap(({ entries }) => entries),
    setups,
    view,
    { now: app.clock.now(), signal },
  ).catch((error: unknown) => {
    throw failures[0] ?? error; // whoever is not found may be in a directory that could not be read
  });
  const all = await Promise.all(
    setups.map(async (setup) => {
      const examination = await explainTarget(id, setup, readingsOf(setup, complete), view, {
        lookUp,
        now: app.clock.now(),
        signal,
        isPush,
      });
      return { id, setup, readAt, examination };
    }),
  );
  return { all, failures };
}

function readingsOf(setup: TargetSetup, complete: ReadonlyMap<string, CompleteReading>): CompleteReading[] {
  return [...setup.definition.maps.keys()].flatMap((name) => complete.get(name) ?? []);
}

/** @throws BridgeError D2S_NOT_FOUND, or D2S_USAGE when several are meant */
async function idOf(
  who: string,
  entries: readonly Entry[],
  setups: readonly TargetSetup[],
  view: StateView,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<SourceId> {
  const found = new Map(findEntries(who, entries).map((entry) => [entry.id, `${entry.type} ${printable(entry.dn)}`]));
  if (found.size === 0) {
    // A userName may be made of anything.
    for (const { definition } of setups) {
      const { resources } = projectTarget(
        entries.filter((entry) => definition.maps.has(entry.directory)),
        definition,
        now,
      );
      for (const one of resources)
        if (fold(one.label) === fold(who)) found.set(one.sourceId, `${one.type} ${printable(one.label)}`);
    }
  }
  const [first, ...others] = found.keys();
  if (first === undefined) return linkedId(who, setups, view, signal);
  if (others.length === 0) return first;
  const candidates = [...found].slice(0, mostCandidates).map(([id, what]) => `${id} (${what})`);
  const more = found.size > mostCandidates ? `, and ${found.size - mostCandidates} more` : '';
  throw new BridgeError(
    'D2S_USAGE',
    `${count(found.size, 'entry')} go by that name`,
    `name one of them by its id: ${candidates.join(', ')}${more}`,
  );
}

/** As many as a person reads. */
const mostCandidates = 5;

/** Whoever has left the directory is still known by source id, and to the target by name. */
async function linkedId(
  who: string,
  setups: readonly TargetSetup[],
  view: StateView,
  signal: AbortSignal,
): Promise<SourceId> {
  const id = who.trim().toLowerCase();
  for (const { target } of setups) if ((await view.links(target.name, [id])).size > 0) return id;
  const found = new Set<SourceId>();
  for (const { target } of setups) {
    await remind(target, view);
    for (const [type, attribute] of [
      ['user', 'userName'],
      ['group', 'displayName'],
    ] as const) {
      const hits = await target.find(type, attribute, who.trim(), signal);
      if (isFailure(hits)) continue; // then the source id alone helps
      for (const owner of (
        await view.owners(
          target.name,
          type,
          hits.map((hit) => hit.id),
        )
      ).values())
        found.add(owner);
    }
  }
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  throw new BridgeError(
    'D2S_NOT_FOUND',
    'nobody who is read from the directories goes by this DN, userName, mail address, display name, sAMAccountName, uid, group name or source id, and nobody who is linked on a target either',
    'check the spelling, and that bases and filters include the entry; a leaver is found by the source id, or by the userName on the target',
  );
}

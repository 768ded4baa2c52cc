import type { Setting } from '../../core/dialect/layers.ts';
import { BridgeError, toBridgeError } from '../../core/model/errors.ts';
import type { Entry, ResourceType } from '../../core/model/entry.ts';
import type { Finding } from '../../core/model/finding.ts';
import type { Failure } from '../../core/model/outcome.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Rejected, Resource } from '../../core/model/resource.ts';
import { absentAttributes } from '../../core/mapping/absent-attributes.ts';
import { anyUnresolved, countUnresolved, type UnresolvedCounts } from '../../core/mapping/unresolved.ts';
import { draftProjection, type Draft } from '../../core/mapping/project.ts';
import type { ScimPath } from '../../core/mapping/scim-path.ts';
import { checkBinding } from '../../cycle/bind-target.ts';
import { draftKnowing } from '../../cycle/plan/clean-cycles.ts';
import { checkMustSee } from '../../cycle/plan/must-see.ts';
import { readDirectories, type DirectoryReadings } from '../../cycle/read/read-directories.ts';
import { targetError } from '../../cycle/shared/target-error.ts';
import { remind } from '../../cycle/shared/target-notes.ts';
import type { TargetSetup } from '../../cycle/shared/target-setup.ts';
import type { App } from '../../app.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DirectoryFacts } from '../../ports/directory-source.ts';
import type { StateView } from '../../ports/state-store.ts';
import { isFailure, type TargetFacts } from '../../ports/scim-target.ts';
import { wrap } from '../layout.ts';
import { lintDirectory, lintTarget } from '../lint.ts';
import { progressObserver } from '../progress.ts';
import { chosenTargets, interruptibleReading, withApp, type CommandContext } from '../session.ts';
import { showRejected } from '../show-plan.ts';
import { showSettings } from '../show-settings.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { count, inWords } from '../../core/wording/count.ts';
import { printable, unresolvedText, unresolvedValues } from '../words.ts';

interface DirectoryCheck {
  readonly directory: string;
  readonly facts?: DirectoryFacts;
  readonly findings?: readonly Finding[];
  readonly error?: BridgeError;
}

/** A resource with values that name nobody. */
type Stranger = Pick<Resource, 'type' | 'sourceId' | 'label'> & { readonly values: readonly string[] };

interface TargetCheck {
  readonly target: string;
  readonly facts?: TargetFacts;
  /** Its dialect, after what it says of itself and what it taught. */
  readonly settings?: readonly Setting[];
  readonly notes?: readonly string[];
  /** Whom the map and scope make of the directories as they are now. */
  readonly inScope?: Readonly<Record<ResourceType, number>>;
  readonly rejected?: readonly Rejected[];
  /** How much names nobody who is read, and which values these are, in the groups with most of them. */
  readonly unresolved?: UnresolvedCounts | undefined;
  readonly strangers?: readonly Stranger[];
  /** Attributes of the maps that no entry has. */
  readonly absent?: Readonly<Record<ResourceType, readonly string[]>>;
  /** Mapped attributes that the target's /Schemas does not know, and so would refuse or ignore. */
  readonly unknownAttributes?: readonly string[];
  /** What is probably not meant like this. */
  readonly findings?: readonly Finding[];
  /** Directories that could not be read, so that nothing is known of who is in scope. */
  readonly waitsFor?: readonly string[];
  readonly error?: BridgeError;
}

/**
 * Tries everything that can be tried without writing. Exit code 0 all is well, 2 something has to be mended; warnings
 * count for that with `strict` alone.
 */
export async function check(
  options: { readonly target?: string; readonly json: boolean; readonly strict?: boolean },
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptibleReading(app, async (stopping) => {
      const names = chosenTargets(app, options.target);
      const inspected = await Promise.all(directoriesOf(app, names).map((name) => checkDirectory(app, name, stopping)));
      const view = await openView(app);
      const { targets, unread } = await checkTargets(app, view, names, inspected, stopping);
      await view?.close();
      stopping.throwIfAborted();
      const directories = inspected.map((one): DirectoryCheck => ({
        ...one,
        ...errorPart(one.error ?? unread.get(one.directory)),
      }));
      const told = new Told(terminal);
      if (options.json)
        printJson(terminal, {
          config: app.configuration.file,
          directories: directories.map(plain),
          targets: targets.map(plain),
        });
      else terminal.print(`${app.configuration.file}: valid`);
      for (const one of directories) {
        if (!options.json) showDirectory(one, terminal);
        told.tell(one.error);
      }
      for (const one of targets) {
        if (!options.json) showTarget(one, app, terminal);
        told.tell(one.error);
      }
      const findings = [...directories, ...targets].flatMap(({ findings: own = [] }) => own);
      const isWrong = told.any || findings.some(({ severity }) => severity === 'error' || options.strict === true);
      if (!options.json) showVerdict(findings, options.strict === true, terminal);
      return isWrong ? 2 : 0;
    }),
  );
}

/** Errors go to standard error, each once, beneath what they are about. */
class Told {
  readonly #lines = new Set<string>();
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get any(): boolean {
    return this.#lines.size > 0;
  }

  tell(error: BridgeError | undefined): void {
    if (error === undefined || this.#lines.has(error.line)) return;
    this.#lines.add(error.line);
    this.#terminal.note(error.line);
  }
}

function showVerdict(findings: readonly Finding[], strict: boolean, { print }: Terminal): void {
  const number = (severity: Finding['severity']) => findings.filter((one) => one.severity === severity).length;
  const parts = [
    ...(number('error') > 0 ? [count(number('error'), 'error')] : []),
    ...(number('warning') > 0 ? [count(number('warning'), 'warning')] : []),
  ];
  if (parts.length > 0)
    print(`${inWords(parts)}${number('warning') > 0 && !strict ? '; with --strict, warnings are errors' : ''}`);
}

function directoriesOf(app: App, targets: readonly string[]): string[] {
  return [...new Set(targets.flatMap((target) => app.configuration.targets.get(target)?.from ?? []))];
}

async function checkDirectory(app: App, directory: string, signal: AbortSignal): Promise<DirectoryCheck> {
  try {
    const facts = await app.inspect(directory, signal);
    return { directory, facts, findings: lintDirectory(app.configuration, directory, facts) };
  } catch (thrown) {
    return { directory, error: toBridgeError(thrown) };
  }
}

/** @returns the targets, and why directories that could be asked could not be read */
async function checkTargets(
  app: App,
  view: StateView | undefined,
  names: readonly string[],
  inspected: readonly DirectoryCheck[],
  signal: AbortSignal,
): Promise<{ readonly targets: TargetCheck[]; readonly unread: ReadonlyMap<string, BridgeError> }> {
  const setups = new Map<string, TargetSetup>();
  const failed = new Map<string, BridgeError>();
  for (const name of names) {
    try {
      setups.set(name, await app.prepare(name, signal));
    } catch (thrown) {
      failed.set(name, toBridgeError(thrown));
    }
  }
  const definitions = [...setups.values()].map((setup) => setup.definition);
  const readings = await readDirectories(definitions, app.sources, { ...app, store: view ?? noState, signal });
  const broken = new Set([
    ...inspected.filter(({ error }) => error !== undefined).map(({ directory }) => directory),
    ...readings.failed.keys(),
  ]);
  const targets = await Promise.all(
    names.map(async (target): Promise<TargetCheck> => {
      const section = app.configuration.targets.get(target);
      const waitsFor = section?.from.filter((name) => broken.has(name)) ?? [];
      const setup = setups.get(target);
      // What ails a directory is told there.
      if (setup === undefined)
        return waitsFor.length > 0 ? { target, waitsFor } : { target, ...errorPart(failed.get(target)) };
      const changed = await checkState(setup, view);
      const {
        used,
        draft,
        entries = [],
        ...sampled
      } = waitsFor.length > 0 ? {} : await sample(setup, readings, view, app.clock);
      const found = await discover(setup, used, signal);
      const facts = inspected
        .filter(({ directory }) => section?.from.includes(directory))
        .flatMap((one) => one.facts ?? []);
      const linted =
        draft === undefined || section === undefined
          ? []
          : lintTarget({ section, directories: facts, entries, draft, facts: found.facts });
      const findings = [...(found.unknownAttributes ?? []).map((path) => unknownFinding(target, path)), ...linted];
      const lacksGroups = found.facts?.groups === false && hasGroups(setup.definition);
      const notes = [...(app.configuration.targets.get(target)?.notes ?? []), ...(lacksGroups ? [noGroups] : [])];
      return {
        target,
        ...sampled,
        ...found,
        settings: setup.target.settings(),
        notes,
        findings,
        ...(waitsFor.length > 0 ? { waitsFor } : {}),
        ...changed,
      };
    }),
  );
  return { targets, unread: readings.failed };
}

/** The target says itself that it has no such attribute, and somebody in scope has a value for it. */
function unknownFinding(target: string, path: string): Finding {
  const [type = 'user'] = path.split(' ');
  return {
    severity: 'error',
    rule: 'unknown_to_target',
    place: `targets.${target}.${type}s.map`,
    text: `unknown to the target: ${path}; set it to null in the map, or map it to another attribute`,
  };
}

const noGroups = 'the target says that it has no groups: groups: { supported: off } in profile leaves them out';

function hasGroups({ scope }: TargetSetup['definition']): boolean {
  return scope.group.supported !== false;
}

/** Hands the target what it taught in cycles, and looks whether it is where it was. */
async function checkState(setup: TargetSetup, view: StateView | undefined): Promise<Pick<TargetCheck, 'error'>> {
  if (view === undefined) return {};
  await remind(setup.target, view);
  try {
    await checkBinding(setup, view);
    return {};
  } catch (thrown) {
    return { error: toBridgeError(thrown) };
  }
}

async function openView(app: App): Promise<StateView | undefined> {
  try {
    return await app.openView();
  } catch (thrown) {
    if (thrown instanceof BridgeError) return undefined;
    throw thrown;
  }
}

/** Nobody is linked yet. */
async function* nobody(): AsyncGenerator<never> {
  // nothing to give
}

const noState = {
  identity: () => Promise.resolve(undefined),
  linkTotals: () => Promise.resolve([]),
  unseen: nobody,
  members: () => Promise.resolve([]),
  names: () => Promise.resolve(new Map<never, never>()),
  digest: (text: string) => text,
};

function errorPart(error: BridgeError | undefined): Pick<TargetCheck, 'error'> {
  return error === undefined ? {} : { error };
}

type Sample = Pick<TargetCheck, 'inScope' | 'rejected' | 'unresolved' | 'strangers' | 'absent' | 'error'> & {
  readonly used?: ReadonlySet<string>;
  readonly draft?: Draft;
  readonly entries?: readonly Entry[];
};

/** What the directories show now, with the names that the state knows entries by. */
async function sample(
  setup: TargetSetup,
  readings: DirectoryReadings,
  view: StateView | undefined,
  clock: Pick<Clock, 'now'>,
): Promise<Sample> {
  const own: CompleteReading[] = [];
  for (const name of setup.definition.maps.keys()) {
    const reading = readings.complete.get(name);
    if (reading === undefined) return errorPart(readings.failed.get(name));
    own.push(reading);
  }
  try {
    checkMustSee(setup, own);
    const entries = own.flatMap((reading) => reading.entries);
    const draft =
      view === undefined
        ? draftProjection(entries, setup.definition, clock.now())
        : await draftKnowing(undefined, own, setup.definition, clock, view);
    const { resources, rejected } = draft.projection;
    const users = resources.filter(({ type }) => type === 'user').length;
    return {
      inScope: { user: users, group: resources.length - users },
      rejected,
      unresolved: anyUnresolved(countUnresolved(resources)),
      strangers: strangersIn(resources),
      absent: absentAttributes(entries, setup.definition),
      used: usedPaths(resources),
      draft,
      entries,
    };
  } catch (thrown) {
    return { error: toBridgeError(thrown) };
  }
}

/** As many as fit on a screen: those with most of them. */
const mostStrangers = 5;

function strangersIn(resources: readonly Resource[]): Stranger[] {
  const found = resources.flatMap(({ type, sourceId, label, unresolved }): Stranger[] =>
    unresolved === undefined ? [] : [{ type, sourceId, label, values: unresolved }],
  );
  return found.sort((a, b) => b.values.length - a.values.length).slice(0, mostStrangers);
}

/** Paths at which somebody has a value, by type: a line of a preset that gives nothing to anybody is nobody's trouble. */
function usedPaths(resources: readonly Resource[]): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ type, attributes, createOnly }) =>
      [...attributes, ...createOnly].flatMap(([path, value]) => (value === null ? [] : [`${type} ${path}`])),
    ),
  );
}

async function discover(
  setup: TargetSetup,
  used: ReadonlySet<string> | undefined,
  signal: AbortSignal,
): Promise<Pick<TargetCheck, 'facts' | 'unknownAttributes' | 'error'>> {
  const { target } = setup;
  try {
    const facts = await target.discover(signal);
    if (isFailure(facts)) return { error: targetError(target.name, facts) };
    const failure = await trySearch(setup, signal);
    return {
      facts,
      unknownAttributes: unknownAttributes(setup, facts).filter((path) => used?.has(path) ?? true),
      ...errorPart(failure && targetError(target.name, failure)),
    };
  } catch (thrown) {
    return { error: toBridgeError(thrown) };
  }
}

/**
 * Many targets describe themselves to everybody (RFC 7644 §4 lets them), and a login page answers whatever is asked: only
 * a search shows whether the credentials are good and whether SCIM is spoken at all. One that refuses the filter is no
 * trouble here; a cycle lists such a target.
 */
async function trySearch({ target }: TargetSetup, signal: AbortSignal): Promise<Failure | undefined> {
  const found = await target.find('user', 'userName', 'dir2scim-check', signal);
  return isFailure(found) && found.class !== 'unsupported' && found.class !== 'rejected' ? found : undefined;
}

function unknownAttributes({ definition }: TargetSetup, { attributes }: TargetFacts): string[] {
  if (attributes === undefined) return [];
  const unknown = new Set<string>();
  const types: readonly ResourceType[] = hasGroups(definition) ? ['user', 'group'] : ['user'];
  for (const maps of definition.maps.values()) {
    for (const type of types) {
      const known = attributes[type];
      for (const { path } of maps[type])
        if (known !== undefined && !isKnown(path, known)) unknown.add(`${type} ${path.text}`);
    }
  }
  return [...unknown];
}

function isKnown({ schema, attribute, sub }: ScimPath, known: ReadonlySet<string>): boolean {
  const name = `${schema === undefined ? '' : `${schema}:`}${attribute}`.toLowerCase();
  return sub === undefined ? known.has(name) : known.has(`${name}.${sub.toLowerCase()}`);
}

function showDirectory({ directory, facts, findings = [], error }: DirectoryCheck, terminal: Terminal): void {
  const { colors, print } = terminal;
  const about =
    facts === undefined
      ? ''
      : `: ${facts.kind} at ${facts.server}, source id ${facts.idAttribute}, map ${facts.preset}`;
  print(`${error === undefined ? colors.green('✓') : colors.red('✗')} directory ${directory}${about}`);
  for (const line of facts?.details ?? []) print(colors.dim(`    ${line}`));
  showFindings(findings, terminal);
}

/** Where, and what; errors first. */
function showFindings(findings: readonly Finding[], { colors, print, width }: Terminal): void {
  const ordered = [...findings].sort((a, b) => a.severity.localeCompare(b.severity));
  for (const { severity, place, text } of ordered) {
    const [first = '', ...others] = wrap(`    ${severity}: ${printable(place)}: ${printable(text)}`, width, '      ');
    print(first.replace(severity, severity === 'error' ? colors.red(severity) : colors.yellow(severity)));
    for (const line of others) print(line);
  }
}

function showTarget(check: TargetCheck, app: App, terminal: Terminal): void {
  const {
    target,
    facts,
    settings = [],
    notes = [],
    inScope,
    rejected = [],
    findings = [],
    waitsFor = [],
    error,
  } = check;
  const { colors, print } = terminal;
  const profile = app.configuration.targets.get(target)?.profile;
  const isFine =
    error === undefined && waitsFor.length === 0 && findings.every(({ severity }) => severity === 'warning');
  print(`${isFine ? colors.green('✓') : colors.red('✗')} target ${target}`);
  for (const line of facts?.details ?? []) print(colors.dim(`    ${line}`));
  if (profile !== undefined && settings.length > 0) showSettings(profile, settings, terminal);
  for (const line of notes) print(`    ${colors.yellow('note:')} ${line}`);
  if (waitsFor.length > 0) print(`    nobody can say who is in scope, because ${inWords(waitsFor)} could not be read`);
  if (inScope !== undefined) print(`    in scope: ${count(inScope.user, 'user')} and ${count(inScope.group, 'group')}`);
  showUnresolved(check, terminal);
  showFindings(findings, terminal);
  showRejected(rejected, terminal);
}

function showUnresolved({ unresolved, strangers = [], absent }: TargetCheck, { colors, print, width }: Terminal): void {
  if (unresolved !== undefined) print(`    ${colors.yellow('note:')} ${unresolvedText(unresolved)}`);
  for (const { type, label, values } of strangers)
    print(`      ${type} ${printable(label)}: ${unresolvedValues(values)}`);
  for (const type of ['user', 'group'] as const) {
    const names = absent?.[type] ?? [];
    if (names.length > 0)
      for (const line of wrap(`    no ${type} has: ${names.join(', ')}`, width, '      ')) print(colors.dim(line));
  }
}

function plain({ error, ...rest }: DirectoryCheck | TargetCheck): unknown {
  return error === undefined
    ? rest
    : { ...rest, error: { code: error.code, message: error.message, remedy: error.remedy } };
}

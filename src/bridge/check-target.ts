import { joinEntries } from '../core/directory/join-entries.ts';
import type { TargetConfiguration } from '../config/configuration.ts';
import { absentAttributes } from '../core/mapping/absent-attributes.ts';
import { draftProjection, type Draft } from '../core/mapping/project.ts';
import type { ScimPath } from '../core/mapping/scim-path.ts';
import { anyUnresolved, countUnresolved, type UnresolvedCounts } from '../core/mapping/unresolved.ts';
import type { Setting } from '../core/dialect/layers.ts';
import type { EntryList } from '../core/model/entries.ts';
import type { ResourceType } from '../core/model/entry.ts';
import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { Finding } from '../core/model/finding.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { Rejected, Resource } from '../core/model/resource.ts';
import { checkBinding } from '../cycle/bind-target.ts';
import { draftKnowing } from '../cycle/plan/clean-cycles.ts';
import { checkMustSee } from '../cycle/plan/must-see.ts';
import type { DirectoryReadings } from '../cycle/read/read-directories.ts';
import { targetError } from '../cycle/shared/target-error.ts';
import { remind } from '../cycle/shared/target-notes.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { Clock } from '../ports/clock.ts';
import type { DirectoryFacts } from '../ports/directory-source.ts';
import { isFailure, type ProbeResult, type TargetFacts } from '../ports/scim-target.ts';
import type { StateView } from '../ports/state-store.ts';
import { lintTarget } from './lint.ts';

/** A resource with values that name nobody. */
type Stranger = Pick<Resource, 'type' | 'sourceId' | 'label'> & { readonly values: readonly string[] };

export interface TargetCheck {
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

export interface TargetCheckInput {
  readonly setup: TargetSetup;
  readonly section: TargetConfiguration;
  /** Directories of it that could not be read. */
  readonly waitsFor: readonly string[];
  /** What its directories say of themselves, where they could be asked. */
  readonly directories: readonly DirectoryFacts[];
  readonly readings: DirectoryReadings;
  /** Undefined where there is no state that can be read. */
  readonly view: StateView | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
}

/** Tries one target, and looks through its map and scope with the entries as they are now. */
export async function checkTarget(input: TargetCheckInput): Promise<TargetCheck> {
  const { setup, section, waitsFor, directories, readings, view, clock, signal } = input;
  const target = setup.target.name;
  const changed = await checkState(setup, view);
  const {
    used,
    draft,
    entries = [],
    ...sampled
  } = waitsFor.length > 0 ? {} : await sample(setup, readings, view, clock);
  const found = await discover(setup, used, signal);
  const linted = draft === undefined ? [] : lintTarget({ section, directories, entries, draft, facts: found.facts });
  const findings = [...(found.unknownAttributes ?? []).map((path) => unknownFinding(target, path)), ...linted];
  const lacksGroups = found.facts?.groups === false && hasGroups(setup.definition);
  const notes = [...section.notes, ...(lacksGroups ? [noGroups] : [])];
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
}

export function errorPart(error: BridgeError | undefined): Pick<TargetCheck, 'error'> {
  return error === undefined ? {} : { error };
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

type Sample = Pick<TargetCheck, 'inScope' | 'rejected' | 'unresolved' | 'strangers' | 'absent' | 'error'> & {
  readonly used?: ReadonlySet<string>;
  readonly draft?: Draft;
  readonly entries?: EntryList;
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
    const entries = joinEntries(own);
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

/** Paths at which somebody has a value, by type: a line of a preset that gives nothing to anybody is no fault. */
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
    const search = await trySearch(setup, signal);
    return {
      facts,
      unknownAttributes: unknownAttributes(setup, facts).filter((path) => used?.has(path) ?? true),
      ...(search.kind === 'failed' ? { error: targetError(target.name, search.failure) } : {}),
    };
  } catch (thrown) {
    return { error: toBridgeError(thrown) };
  }
}

/**
 * Many targets describe themselves to everybody (RFC 7644 §4 lets them), and a login page answers whatever is asked: only
 * a search shows whether the credentials are good and whether SCIM is spoken at all. One that refuses the filter is no
 * failure here; a cycle lists such a target.
 */
async function trySearch({ target }: TargetSetup, signal: AbortSignal): Promise<ProbeResult> {
  const found = await target.find('user', 'userName', 'dir2scim-check', signal);
  return isFailure(found) && found.class !== 'unsupported' && found.class !== 'rejected'
    ? { kind: 'failed', failure: found }
    : { kind: 'answers' };
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

import { dnKey } from '../../core/directory/dn.ts';
import type { ResourceType, SourceId } from '../../core/model/entry.ts';
import type { Digest, Link } from '../../core/model/link.ts';
import type { Projection } from '../../core/mapping/project.ts';
import type { ScopeGroup } from '../../core/mapping/evaluate-scope.ts';
import { countOwn } from '../../core/model/stranger.ts';
import type { Operation, TallyKind } from '../../core/model/plan.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import { guardInSteps, type GuardResult } from '../../core/planning/guard.ts';
import type { Begun, Overtaken, Population, Standing } from '../../core/planning/guard-input.ts';
import { timeToComeBack, type RemovalPolicy } from '../../core/planning/policy.ts';
import { marksOf } from '../../core/planning/held-operation.ts';
import type { Tally } from '../../core/planning/tally.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { isEstablished } from '../shared/established.ts';
import type { IncrementalScope } from './incremental-scope.ts';
import type { Known } from './known.ts';
import { passedTime, type PassedTime } from '../shared/passed-time.ts';
import { sha256 } from '../shared/sha256.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import type { Timekeeper } from '../shared/timekeeper.ts';
import { inTurns } from '../shared/turns.ts';

const day = 24 * 60 * 60_000;

/** What a plan was made from. */
export interface GuardPlanInput {
  readonly setup: TargetSetup;
  readonly readings: readonly CompleteReading[];
  readonly projection: Projection;
  readonly incrementalScope?: IncrementalScope | undefined;
  /** The groups by which its scope goes. */
  readonly scopeGroups: readonly ScopeGroup[];
  readonly timekeeper?: Timekeeper | undefined;
  readonly store: StateView;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Lays operations that nobody has decided about before the guard, with everything that it goes by.
 *
 * @param pushed what one person wants carried out for somebody in the same cycle: it counts like what was done
 */
export async function guardPlan(
  operations: readonly Operation[],
  pushed: readonly Tally[],
  { links, members }: Pick<Known, 'links' | 'members'>,
  {
    state,
    older,
    overtaken,
  }: { readonly state: TargetState; readonly older: ReadonlyMap<string, string>; readonly overtaken: Overtaken },
  { setup, readings, projection, incrementalScope, scopeGroups, store, now, timekeeper, clock }: GuardPlanInput,
): Promise<GuardResult> {
  const target = setup.target.name;
  const time = passedTime(target, state, now, setup.removal, timekeeper);
  const steps = guardInSteps({
    target,
    operations,
    limits: setup.limits,
    links,
    population: await populationOf(target, operations, members, store),
    members,
    possibleMembers: possibleMembers((incrementalScope ?? projection).resources),
    possiblyInScope: new Set(scopeGroups.flatMap(({ possible }) => [...possible])),
    older,
    overtaken,
    directories: new Set(readings.map(({ directory }) => directory)),
    recent: [...(await store.removals(target)).filter(({ at }) => time.seenSince(at) < day), ...pushed],
    begun: begunLately(state, time),
    standing: standingHold(state),
    firstRun: state.lastCycleAt === undefined,
    established: isEstablished(state),
    isEmpty: emptyReadings(readings),
    emptiedScopes: emptiedScopes(scopeGroups, state, store.digest),
    isLeap: (id) => isLeap(links.get(id), setup.removal, time),
    hash: sha256,
  });
  return inTurns(steps, clock);
}

function begunLately({ begun }: TargetState, time: PassedTime): Begun | undefined {
  if (begun === undefined || time.seenSince(begun.at) >= day) return undefined;
  const { measured, drew = { removed: [], changes: [] } } = begun;
  return { measured, drew };
}

function standingHold({ held }: TargetState): Standing {
  const { findings = [], operations = [] } = held ?? {};
  return {
    measured: findings.flatMap(({ kind, type, evidence, group, path, before }) =>
      before === undefined ? [] : [{ kind: kind as TallyKind, type, evidence, group, path, before }],
    ),
    firstRun: new Set(findings.some(({ kind }) => kind === 'first_run') ? operations.flatMap(marksOf) : []),
  };
}

async function populationOf(
  target: string,
  operations: readonly Operation[],
  known: Known['members'],
  store: StateView,
): Promise<Population> {
  const { user, group } = await store.counts(target);
  const { members, groups } = await store.memberships(target);
  // Those in adopted groups who have no entry are counted among the others when they are to leave.
  const strangers = [...known.values()].reduce((sum, ids) => sum + ids.size - countOwn(ids), 0);
  const holders = new Map<string, number>();
  for (const operation of operations) {
    if (operation.verb !== 'update' && operation.verb !== 'reactivate') continue;
    for (const { path, change } of operation.changes) {
      const key = `${operation.type} ${path}`;
      if (change === 'clear' && !holders.has(key)) holders.set(key, await store.holders(target, operation.type, path));
    }
  }
  return {
    active: { user: user.active, group: group.active },
    deactivated: { user: user.deactivated, group: group.deactivated },
    memberships: members + strangers,
    groupsWithMembers: groups,
    holders: (type, path) => holders.get(`${type} ${path}`) ?? 0,
  };
}

function emptyReadings(readings: readonly CompleteReading[]): (directory: string, type: ResourceType) => boolean {
  const shown = new Map(readings.map(({ directory, entries }) => [directory, entries.counts]));
  return (directory, type) => shown.get(directory)?.[type] === 0;
}

/** Those of which the state remembers that somebody was in them; in a state from before it did, all. */
function emptiedScopes(
  scopeGroups: readonly ScopeGroup[],
  { filledScopes }: TargetState,
  digest: Digest,
): readonly ScopeGroup[] {
  return scopeGroups.filter((group) => group.count === 0 && (filledScopes?.includes(scopeKey(group, digest)) ?? true));
}

/**
 * What the state is to remember of the groups by which the scope goes: which of them have somebody in them. One that was
 * emptied is remembered as filled for as long as somebody is held for that.
 */
export function filledScopes(
  scopeGroups: readonly ScopeGroup[],
  { hold }: GuardResult,
  state: TargetState,
  digest: Digest,
): string[] {
  const emptied = new Set(emptiedScopes(scopeGroups, state, digest));
  const isHeld = (type: ResourceType) =>
    hold?.findings.some((finding) => finding.kind === 'empty_scope' && finding.type === type) === true;
  const filled = scopeGroups.filter((group) => group.count > 0 || (emptied.has(group) && isHeld(group.type)));
  return [...new Set(filled.map((group) => scopeKey(group, digest)))].sort();
}

function scopeKey({ dn, type }: ScopeGroup, digest: Digest): string {
  return digest(`scope ${type} ${dnKey(dn)}`);
}

function isLeap(link: Link | undefined, removal: RemovalPolicy, time: PassedTime): boolean {
  const longest = link && timeToComeBack(removal, link.type);
  return link?.departedAt !== undefined && longest !== undefined && time.seenSince(link.departedAt) < longest;
}

function possibleMembers(resources: readonly Resource[]): ReadonlyMap<SourceId, ReadonlySet<SourceId>> {
  return new Map(
    resources.flatMap(({ sourceId, possibleMembers: ids }) =>
      ids === undefined ? [] : [[sourceId, new Set(ids)] as const],
    ),
  );
}

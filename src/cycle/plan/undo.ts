import { mapEntry } from '../../core/mapping/map-entry.ts';
import { mapsByDirectory } from '../../core/mapping/ready-map.ts';
import type { ScopeEvaluation } from '../../core/mapping/evaluate-scope.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { HeldOperation, Operation } from '../../core/model/plan.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Resource } from '../../core/model/resource.ts';
import type { Steps } from '../../core/model/steps.ts';
import type { Departure } from '../../core/planning/departures.ts';
import { isUndo, undoneCycle } from '../../core/planning/undo-id.ts';
import { referencesOf } from '../../core/planning/availability.ts';
import { givenBackInSteps } from '../../core/planning/give-back.ts';
import { takenAway, type TakenAway } from '../../core/planning/undo.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { LeftDecisions } from '../../ports/decisions.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import { loggedCycles } from '../shared/logged-cycles.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { inTurns } from '../shared/turns.ts';
import { isFresh, knownIn } from './decisions.ts';

/** Cycles that people take back, on one target. */
export interface Undos {
  /** By the key of a decision that waits: what its cycle took away. */
  readonly asked: ReadonlyMap<string, TakenAway>;
  /** What is to be given back: by those, and what is left of those that are under way. */
  readonly back: readonly HeldOperation[];
}

interface RecalledWords {
  readonly state: Pick<TargetState, 'approvals' | 'decided'>;
  readonly waiting: LeftDecisions['waiting'];
}

/** What somebody decided to take back, and what is under way. */
export async function recallUndos(
  target: string,
  { state, waiting }: RecalledWords,
  store: StateView,
  now: number,
): Promise<Undos> {
  const { approvals = [] } = state;
  const isKnown = knownIn(state);
  const cycles = new Map(
    waiting
      .filter((one) => one.decision === 'undo' && one.target === target && isFresh(one.at, now) && !isKnown(one))
      .map(({ key, holdId }) => [key, undoneCycle(holdId)]),
  );
  const entries = await loggedCycles(new Set(cycles.values()), [target], store);
  const asked = new Map([...cycles].map(([key, cycle]) => [key, takenAway(entries.get(cycle) ?? [])]));
  const underWay = approvals
    .filter((one) => isUndo(one) && isFresh(one.at, now))
    .flatMap(({ operations }) => operations);
  return { asked, back: [...underWay.filter(givesBack), ...[...asked.values()].flatMap(({ back }) => back)] };
}

/** An approval of what an undo holds has the same id. */
function givesBack({ verb, add }: HeldOperation): boolean {
  return verb === 'reactivate' || verb === 'create' || (verb === 'members' && add !== undefined);
}

export interface GiveBackInput {
  readonly setup: Pick<TargetSetup, 'target' | 'definition'>;
  readonly readings: readonly CompleteReading[];
  readonly evaluation: ScopeEvaluation;
  readonly store: StateView;
  readonly departures: readonly Departure[];
  /** Gets the links of those who are given back, and of whom they refer to. */
  readonly links: Map<SourceId, Link>;
  /** Where others wait for their turn meanwhile. */
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
}

/** The plan, with what gives back what was taken away. */
export async function giveBack(
  operations: readonly Operation[],
  back: readonly HeldOperation[],
  { setup, readings, evaluation, departures, store, links, clock }: GiveBackInput,
): Promise<Operation[]> {
  const { name, recreates } = setup.target;
  const accounts = new Set(back.filter(({ verb }) => verb !== 'members').map(({ sourceId }) => sourceId));
  const mapped = await inTurns(mapInSteps(accounts, setup, readings, evaluation), clock);
  const referred = [...mapped.values()].flatMap(referencesOf);
  const ids = new Set([...back.flatMap(({ sourceId, add = [] }) => [sourceId, ...add]), ...referred]);
  const unknown = [...ids].filter((id) => !links.has(id));
  for (const [id, link] of await gather(unknown, (batch) => store.links(name, batch))) links.set(id, link);
  const groups = back.flatMap(({ verb, sourceId }) => (verb === 'members' ? [sourceId] : []));
  const acknowledged = await gather(groups, (batch) => store.members(name, batch));
  const members = new Map([...acknowledged].map(([group, own]) => [group, new Set(own)]));
  const causes = new Map(departures.map(({ link, cause }) => [link.sourceId, cause] as const));
  return inTurns(givenBackInSteps({ back, operations, links, members, mapped, causes, recreates }), clock);
}

/** Also those who are not in scope: a step for each entry that is looked at. */
function* mapInSteps(
  ids: ReadonlySet<SourceId>,
  { definition }: Pick<TargetSetup, 'definition'>,
  readings: readonly CompleteReading[],
  evaluation: ScopeEvaluation,
): Steps<ReadonlyMap<SourceId, Resource>> {
  const mapOf = mapsByDirectory(definition);
  const mapped = new Map<SourceId, Resource>();
  for (const { entries } of readings) {
    for (const entry of entries) {
      yield;
      if (!ids.has(entry.id) || mapped.has(entry.id)) continue;
      const one = mapEntry(entry, mapOf(entry.directory, entry.type), evaluation);
      if (one.kind === 'resource') mapped.set(entry.id, one.resource);
    }
  }
  return mapped;
}

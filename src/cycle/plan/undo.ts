import { mapEntry } from '../../core/mapping/map-entry.ts';
import { mapsByDirectory } from '../../core/mapping/ready-map.ts';
import type { ScopeEvaluation } from '../../core/mapping/evaluate-scope.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { LogEntry } from '../../core/model/log-entry.ts';
import type { HeldOperation, Operation } from '../../core/model/plan.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Resource } from '../../core/model/resource.ts';
import { takenAway, withGivenBack, type TakenAway } from '../../core/planning/undo.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { gather } from '../shared/batches.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import { isFresh } from './decisions.ts';
import { isUndo, undoneCycle } from './undo-id.ts';

/** Cycles that people take back, on one target. */
export interface Undos {
  /** By the key of a decision that waits: what its cycle took away. */
  readonly asked: ReadonlyMap<string, TakenAway>;
  /** What is to be given back: by those, and what is left of those that are under way. */
  readonly back: readonly HeldOperation[];
}

/** What somebody decided to take back, and what is under way. */
export async function recallUndos(
  target: string,
  { approvals = [] }: Pick<TargetState, 'approvals'>,
  store: StateView,
  now: number,
): Promise<Undos> {
  const asked = new Map<string, TakenAway>();
  const { waiting } = await store.decisions();
  for (const { key, decision, holdId, at, target: its } of waiting) {
    if (decision !== 'undo' || its !== target || !isFresh(at, now)) continue;
    asked.set(key, takenAway(await loggedIn(undoneCycle(holdId), target, store)));
  }
  const underWay = approvals
    .filter((one) => isUndo(one) && isFresh(one.at, now))
    .flatMap(({ operations }) => operations);
  return { asked, back: [...underWay.filter(givesBack), ...[...asked.values()].flatMap(({ back }) => back)] };
}

/** An approval of what an undo holds has the same id. */
function givesBack({ verb, add }: HeldOperation): boolean {
  return verb === 'reactivate' || verb === 'create' || (verb === 'members' && add !== undefined);
}

/** What the log has of a cycle on a target. */
async function loggedIn(cycle: string, target: string, store: Pick<StateView, 'logged'>): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const batch of store.logged(0))
    for (const entry of batch) if (entry.cycle === cycle && entry.target === target) entries.push(entry);
  return entries;
}

export interface GiveBackInput {
  readonly setup: Pick<TargetSetup, 'target' | 'definition'>;
  readonly readings: readonly CompleteReading[];
  readonly evaluation: ScopeEvaluation;
  readonly store: StateView;
  /** Gets the links of those who are given back. */
  readonly links: Map<SourceId, Link>;
}

/** The plan, with what gives back what was taken away. */
export async function giveBack(
  operations: readonly Operation[],
  back: readonly HeldOperation[],
  { setup, readings, evaluation, store, links }: GiveBackInput,
): Promise<Operation[]> {
  const { name, recreates } = setup.target;
  const ids = new Set(back.flatMap(({ sourceId, add = [] }) => [sourceId, ...add]));
  const unknown = [...ids].filter((id) => !links.has(id));
  for (const [id, link] of await gather(unknown, (batch) => store.links(name, batch))) links.set(id, link);
  const groups = back.flatMap(({ verb, sourceId }) => (verb === 'members' ? [sourceId] : []));
  const acknowledged = await gather(groups, (batch) => store.members(name, batch));
  const members = new Map([...acknowledged].map(([group, own]) => [group, new Set(own)]));
  const accounts = new Set(back.filter(({ verb }) => verb !== 'members').map(({ sourceId }) => sourceId));
  const mapped = mapAll(accounts, setup, readings, evaluation);
  return withGivenBack({ back, operations, links, members, mapped, recreates });
}

/** Also those who are not in scope. */
function mapAll(
  ids: ReadonlySet<SourceId>,
  { definition }: Pick<TargetSetup, 'definition'>,
  readings: readonly CompleteReading[],
  evaluation: ScopeEvaluation,
): ReadonlyMap<SourceId, Resource> {
  const mapOf = mapsByDirectory(definition);
  const mapped = new Map<SourceId, Resource>();
  for (const { entries } of readings) {
    for (const entry of entries) {
      if (!ids.has(entry.id) || mapped.has(entry.id)) continue;
      const one = mapEntry(entry, mapOf(entry.directory, entry.type), evaluation);
      if (one.kind === 'resource') mapped.set(entry.id, one.resource);
    }
  }
  return mapped;
}

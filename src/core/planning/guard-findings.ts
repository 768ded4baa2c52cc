import type { ResourceType, SourceId } from '../model/entry.ts';
import type { GuardFinding, HeldOperation, Operation } from '../model/plan.ts';
import type { GuardLimits, Limit } from './policy.ts';
import { tally, type Tally } from './tally.ts';

export interface GuardInput {
  readonly operations: readonly Operation[];
  readonly limits: GuardLimits;
  /** Linked resources by type that still have access. */
  readonly population: Readonly<Record<ResourceType, number>>;
  /** How many members the target acknowledged, by group. */
  readonly memberCounts: ReadonlyMap<SourceId, number>;
  /** What was done within the last 24 hours without anyone's approval. */
  readonly recent: readonly Tally[];
  /** No cycle of this target was ever committed: we adopt and create, and know nothing that could justify a removal. */
  readonly firstRun: boolean;
  /** Types of which a complete reading showed not a single entry, although some are linked. */
  readonly emptyTypes: ReadonlySet<ResourceType>;
  /** Ids of held plans that a person approved. */
  readonly approved: ReadonlySet<string>;
  /** An approved plan that was begun and not finished: what is left of it passes. */
  readonly underWay?: { readonly planId: string; readonly operations: readonly HeldOperation[] } | undefined;
  readonly hash: (text: string) => string;
}

/** What in a plan looks like an accident, kind by kind, and for members group by group. */
export function findExcess(input: GuardInput): GuardFinding[] {
  return tally(input.operations).flatMap((planned) => judge(planned, input) ?? []);
}

function judge({ kind, type, group, count: planned }: Tally, input: GuardInput): GuardFinding | undefined {
  const recent = kind === 'updates' ? 0 : recentCount(input, kind, type, group);
  const population = group === undefined ? input.population[type] : (input.memberCounts.get(group) ?? 0);
  const numbers = { type, sourceId: group, planned, recent, population };
  const what = { removals: `${planned} ${type}s would lose access`, members: `${planned} members would leave one group` };
  if (kind !== 'updates' && input.firstRun) {
    const text = `${what[kind]}, but this is the first run: nothing is known that could justify it`;
    return { kind: 'first_run', ...numbers, allowed: 0, text };
  }
  const empty = emptyReading(kind, type, input);
  if (kind !== 'updates' && empty !== undefined) {
    return { kind: 'empty_reading', ...numbers, allowed: 0, text: `${what[kind]} because the directory showed no ${empty} at all` };
  }
  const limit = input.limits[kind];
  const allowed = allowance(limit, population + recent);
  if (planned + recent <= allowed) return undefined;
  const sentence = {
    removals: `${planned} of ${population} ${type}s would lose access`,
    members: `${planned} of ${population} members would leave one group`,
    updates: `${planned} of ${population} ${type}s would change`,
  };
  const after = recent === 0 ? '' : `, after ${recent} in the last 24 hours`;
  const text = `${sentence[kind]}${after}; allowed are ${allowed} (${limit.percent} %, at least ${limit.atLeast})`;
  return { kind, ...numbers, allowed, text };
}

/** The type that is missing from the reading, and could be why. Members may be of either type. */
function emptyReading(kind: Tally['kind'], type: ResourceType, { emptyTypes }: GuardInput): ResourceType | undefined {
  if (kind !== 'members') return emptyTypes.has(type) ? type : undefined;
  return [...emptyTypes][0];
}

/** The share of the population, but never less than the absolute number. */
function allowance(limit: Limit, population: number): number {
  return Math.max(Math.floor((population * limit.percent) / 100), limit.atLeast);
}

function recentCount(input: GuardInput, kind: Tally['kind'], type: ResourceType, group: SourceId | undefined): number {
  return input.recent
    .filter((one) => one.kind === kind && one.type === type && one.group === group)
    .reduce((sum, one) => sum + one.count, 0);
}

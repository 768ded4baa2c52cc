import type { ResourceType, SourceId } from '../model/entry.ts';
import type { GuardFinding, Hold, MembersOperation, Operation } from '../model/plan.ts';
import { planId } from './plan-id.ts';
import type { GuardLimits, Limit } from './policy.ts';

/*
 * Is this plan plausible? What looks like an accident is held, kind by kind; everything else goes on.
 *
 *   kind          | counts                                    | of                        | held when
 *   --------------+-------------------------------------------+---------------------------+------------------------------
 *   first_run     | users' and groups' removals               | -                         | nothing is known yet and any
 *   empty_reading | removals of a type                        | -                         | the directory showed none of it
 *   removals      | deactivations, deletions, emptied groups  | linked resources of the   | > max(percent, atLeast), with
 *                 | of a type                                 | type                      | those of the last 24 hours
 *   members       | members leaving one group                 | its members               | the same, group by group
 *   updates       | updates, and creations of what was lost   | linked resources          | the same
 *
 * A removal that is held keeps its memberships: whoever may not be deactivated does not lose groups either.
 */

export interface GuardInput {
  readonly operations: readonly Operation[];
  readonly limits: GuardLimits;
  /** Linked resources by type, active and deactivated ones. */
  readonly population: Readonly<Record<ResourceType, number>>;
  /** How many members the target acknowledged, by group. */
  readonly memberCounts: ReadonlyMap<SourceId, number>;
  /** What was done within the last 24 hours. */
  readonly recent: readonly {
    readonly kind: 'removals' | 'members' | 'updates';
    readonly type: ResourceType;
    readonly group?: SourceId | undefined;
    readonly count: number;
  }[];
  /** No cycle of this target was ever committed: we adopt and create, and know nothing that could justify a removal. */
  readonly firstRun: boolean;
  /** Types of which a complete reading showed not a single entry, although some are linked. */
  readonly emptyTypes: ReadonlySet<ResourceType>;
  /** Ids of held plans that a person approved. */
  readonly approved: ReadonlySet<string>;
  readonly hash: (text: string) => string;
}

export interface Verdict {
  readonly proceed: readonly Operation[];
  readonly hold: Hold | undefined;
  /** The approval that let operations pass which would have been held. */
  readonly usedApproval: string | undefined;
}

type Kind = 'removals' | 'members' | 'updates';

/** Divides a plan into what may proceed and what a person has to approve. */
export function guard(input: GuardInput): Verdict {
  const findings = [...typeFindings(input), ...memberFindings(input)];
  if (findings.length === 0) return { proceed: input.operations, hold: undefined, usedApproval: undefined };
  const held = input.operations.flatMap((operation) => heldPart(operation, findings));
  const id = planId(held, input.hash);
  if (input.approved.has(id)) return { proceed: input.operations, hold: undefined, usedApproval: id };
  const keptIn = new Set(held.filter(isRemoval).map((operation) => operation.sourceId));
  const proceed = input.operations.flatMap((operation) => proceedingPart(operation, findings, keptIn));
  return { proceed, hold: { planId: id, operations: held, findings }, usedApproval: undefined };
}

function typeFindings(input: GuardInput): GuardFinding[] {
  return (['user', 'group'] as const).flatMap((type) => {
    const of = (kind: Kind) => input.operations.filter((one) => one.type === type && kindOf(one) === kind).length;
    return [removalFinding(input, type, of('removals')), limitFinding(input, 'updates', type, of('updates'))].filter(
      (finding) => finding !== undefined,
    );
  });
}

function removalFinding(input: GuardInput, type: ResourceType, planned: number): GuardFinding | undefined {
  if (planned === 0) return undefined;
  const numbers = { type, planned, recent: recentCount(input, 'removals', type), population: input.population[type], allowed: 0 };
  if (input.firstRun) {
    const text = `${planned} ${type}s would lose access, but this is the first run: nothing is known that could justify it`;
    return { kind: 'first_run', ...numbers, text };
  }
  if (input.emptyTypes.has(type)) {
    const text = `${planned} ${type}s would lose access because the directory showed no ${type} at all`;
    return { kind: 'empty_reading', ...numbers, text };
  }
  return limitFinding(input, 'removals', type, planned);
}

function memberFindings(input: GuardInput): GuardFinding[] {
  return input.operations.filter(isMemberChange).flatMap((operation) => {
    const population = input.memberCounts.get(operation.sourceId) ?? 0;
    const recent = recentCount(input, 'members', 'group', operation.sourceId);
    const planned = operation.remove.length;
    const allowed = allowance(input.limits.members, population + recent);
    if (planned === 0 || planned + recent <= allowed) return [];
    const text = `${planned} of ${population} members would leave one group${since(recent)}; allowed are ${allowed} (${limitText(input.limits.members)})`;
    return [{ kind: 'members', type: 'group', sourceId: operation.sourceId, planned, recent, population, allowed, text }];
  });
}

function limitFinding(
  input: GuardInput,
  kind: 'removals' | 'updates',
  type: ResourceType,
  planned: number,
): GuardFinding | undefined {
  const limit = input.limits[kind];
  const population = input.population[type];
  const recent = kind === 'removals' ? recentCount(input, kind, type) : 0;
  const allowed = allowance(limit, population + recent);
  if (planned === 0 || planned + recent <= allowed) return undefined;
  const what = kind === 'removals' ? 'would lose access' : 'would change';
  const text = `${planned} of ${population} ${type}s ${what}${since(recent)}; allowed are ${allowed} (${limitText(limit)})`;
  return { kind, type, planned, recent, population, allowed, text };
}

/** The share of the population, but never less than the absolute number. */
function allowance(limit: Limit, population: number): number {
  return Math.max(Math.floor((population * limit.percent) / 100), limit.atLeast);
}

function limitText(limit: Limit): string {
  return `${limit.percent} %, at least ${limit.atLeast}`;
}

function since(recent: number): string {
  return recent === 0 ? '' : `, after ${recent} in the last 24 hours`;
}

function recentCount(input: GuardInput, kind: Kind, type: ResourceType, group?: SourceId): number {
  return input.recent
    .filter((one) => one.kind === kind && one.type === type && one.group === group)
    .reduce((sum, one) => sum + one.count, 0);
}

/** What the guard counts an operation as; undefined for what never needs an approval. */
export function kindOf(operation: Operation): Kind | undefined {
  switch (operation.verb) {
    case 'deactivate':
    case 'delete':
      return 'removals';
    case 'members':
      if (operation.cause === 'departed') return 'removals';
      return operation.remove.length > 0 ? 'members' : undefined;
    case 'update':
      return 'updates';
    case 'create':
      return operation.again ? 'updates' : undefined;
    case 'adopt':
    case 'reactivate':
      return undefined;
  }
}

function isRemoval(operation: Operation): boolean {
  return kindOf(operation) === 'removals';
}

function isMemberChange(operation: Operation): operation is MembersOperation {
  return operation.verb === 'members' && operation.cause === 'changed';
}

function isHeld(operation: Operation, findings: readonly GuardFinding[]): boolean {
  const kind = kindOf(operation);
  return findings.some((finding) => {
    if (finding.kind === 'members') return kind === 'members' && finding.sourceId === operation.sourceId;
    return kind === (finding.kind === 'updates' ? 'updates' : 'removals') && finding.type === operation.type;
  });
}

function heldPart(operation: Operation, findings: readonly GuardFinding[]): Operation[] {
  if (!isHeld(operation, findings)) return [];
  return [isMemberChange(operation) ? { ...operation, add: [] } : operation];
}

function proceedingPart(
  operation: Operation,
  findings: readonly GuardFinding[],
  keptIn: ReadonlySet<SourceId>,
): Operation[] {
  if (!isMemberChange(operation)) return isHeld(operation, findings) ? [] : [operation];
  const remove = isHeld(operation, findings) ? [] : operation.remove.filter((id) => !keptIn.has(id));
  return operation.add.length + remove.length === 0 ? [] : [{ ...operation, remove }];
}

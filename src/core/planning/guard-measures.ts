import type { ResourceType } from '../model/entry.ts';
import type { Judged } from './guard-input.ts';
import { isRemovalOfGroup, type Part } from './guard-parts.ts';
import type { GuardLimits } from './policy.ts';
import { count, whole } from '../wording/count.ts';
import type { Operation, TallyKind } from '../model/plan.ts';
import { stages } from './stages.ts';
import type { Tally } from './tally.ts';

/** How one kind of tally is measured. */
export interface Measure {
  readonly limit: keyof GuardLimits;
  /** What the share is a share of, without what was done in the last 24 hours. */
  readonly population: (plan: Judged, tally: Tally) => number;
  /** Whether what was done lately is missing from the population now: what has left does not count there any more. */
  readonly shrinks: boolean;
  /** Whether the absolute number never stands for more than half. */
  readonly half: boolean;
  /** Newcomers: nothing is counted before the target is established. */
  readonly established?: true;
  /** Whether a part belongs to what was counted. */
  readonly counts: (part: Part, tally: Tally) => boolean;
  /** Without a full stop, for people: "12 of 40 users would lose access". */
  readonly sentence: (tally: Tally, population: number) => string;
}

const active = ({ population }: Judged, { type }: Tally) => population.active[type];
const linked = ({ population }: Judged, { type }: Tally) => population.active[type] + population.deactivated[type];

export const measures: Readonly<Record<TallyKind, Measure>> = {
  removals: {
    limit: 'removals',
    population: (plan, tally) => active(plan, tally) + adoptedActive(plan, tally.type),
    shrinks: true,
    half: true,
    counts: (part, { evidence }) => part.kind === 'removal' && part.hadAccess && part.evidence === evidence,
    sentence: ({ count, type, evidence }, population) =>
      `${some(count, population, type)} would lose access${evidence === 'word' ? ', because the directory says so (disabled, deleted or moved away)' : ''}`,
  },
  deletions: {
    limit: 'removals',
    population: linked,
    shrinks: true,
    half: false,
    counts: (part) => part.kind === 'removal' && !part.hadAccess,
    sentence: ({ count, type }, population) => `${some(count, population, type)} would be deleted, switched off before`,
  },
  members: {
    limit: 'members',
    population: ({ members, possible }, { group = '' }) => (members.get(group)?.size ?? 0) + (possible.get(group) ?? 0),
    shrinks: true,
    half: true,
    counts: (part, { group }) => part.kind === 'leave' && part.sourceId === group,
    sentence: ({ count }, population) => `${some(count, population, 'member')} would leave one group`,
  },
  memberships: {
    limit: 'memberships',
    population: ({ population, possible }) =>
      population.memberships + [...possible.values()].reduce((sum, count) => sum + count, 0),
    shrinks: true,
    half: true,
    counts: (part) => part.kind === 'leave' || (isRemovalOfGroup(part) && part.members > 0),
    sentence: ({ count }, population) => `${some(count, population, 'membership')} of all groups together would end`,
  },
  emptied: {
    limit: 'memberships',
    population: ({ population }) => population.groupsWithMembers,
    shrinks: true,
    half: true,
    counts: (part) => (part.kind === 'leave' && part.empties) || (isRemovalOfGroup(part) && part.members > 0),
    sentence: ({ count }, population) => `${some(count, population, 'group')} would become empty`,
  },
  updates: {
    limit: 'updates',
    population: active,
    shrinks: false,
    half: false,
    counts: (part) => part.operation.verb === 'update' || (part.kind === 'creation' && part.again),
    sentence: ({ count, type }, population) => `${some(count, population, type)} would change`,
  },
  clears: {
    limit: 'clears',
    population: ({ population }, { type, path = '' }) => population.holders(type, path),
    shrinks: true,
    half: true,
    counts: (part, { path }) => part.kind === 'clear' && part.change.path === path,
    sentence: ({ count, type, path = '' }, population) =>
      `${path} would be emptied for ${some(count, population, type)}`,
  },
  reactivations: {
    limit: 'reactivations',
    population: (plan, tally) => plan.population.deactivated[tally.type] + perhapsDeactivated(plan, tally.type),
    shrinks: true,
    half: true,
    counts: (part) => part.kind === 'reactivation',
    sentence: ({ count, type }, population) => `${some(count, population, type)} without access would get it back`,
  },
  adoptions: {
    limit: 'adoptions',
    population: linked,
    shrinks: false,
    half: false,
    established: true,
    counts: (part) => part.kind === 'adoption',
    sentence: (tally, population) =>
      `${count(tally.count, `existing ${tally.type}`)} would be taken over ${beside(population)}`,
  },
  creations: {
    limit: 'creations',
    population: linked,
    shrinks: false,
    half: false,
    established: true,
    counts: (part) => part.kind === 'creation',
    sentence: (tally, population) => `${count(tally.count, tally.type)} would be created ${beside(population)}`,
  },
  relinks: {
    limit: 'relinks',
    population: active,
    shrinks: false,
    half: true,
    counts: (part) => part.kind === 'relink',
    sentence: ({ count, type }, population) => `${some(count, population, type)} would pass to another entry`,
  },
};

/** `12 of 40 users`; those who are no part of the whole (switched off, or lost) beside it. */
function some(part: number, population: number, noun: string): string {
  return part > population
    ? `${count(part, noun)} ${beside(population)}`
    : `${whole(part)} of ${count(population, noun)}`;
}

/** Newcomers are not among those who are there. */
function beside(population: number): string {
  return population === 0
    ? 'where there is none'
    : `beside ${whole(population)} that ${population === 1 ? 'is' : 'are'} there`;
}

/**
 * Accounts that are on, and become ours: all of them with a first load, and later those that are switched off at once.
 */
function adoptedActive({ operations, established }: Judged, type: ResourceType): number {
  const comes = (one: Operation): boolean => !established && one.verb === 'adopt' && one.targetActive;
  const leavesAtOnce = (one: Operation): boolean =>
    one.verb === 'deactivate' && one.stage === stages.deactivationsOfNewcomers;
  return new Set(
    operations.filter((one) => one.type === type && (comes(one) || leavesAtOnce(one))).map(({ sourceId }) => sourceId),
  ).size;
}

/** Those who were to be switched off and perhaps were, because no answer came, and are switched on again for that. */
function perhapsDeactivated({ operations, links }: Judged, type: ResourceType): number {
  return operations.filter(
    (one) => one.verb === 'reactivate' && one.type === type && links.get(one.sourceId)?.lifecycle === 'active',
  ).length;
}

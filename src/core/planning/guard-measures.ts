import type { ResourceType } from '../model/entry.ts';
import type { Judged } from './guard-input.ts';
import { isRemovalOfGroup, type Part } from './guard-parts.ts';
import type { GuardLimits } from './policy.ts';
import type { TallyKind } from '../model/plan.ts';
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
  /** `of`: "12 of 40". */
  readonly sentence: (of: string, tally: Tally) => string;
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
    sentence: (of, { type, evidence }) =>
      evidence === 'word' ? `${of} ${type}s would lose access, because the directory says so (disabled, deleted or moved away)` : `${of} ${type}s would lose access`,
  },
  deletions: {
    limit: 'removals',
    population: linked,
    shrinks: true,
    half: false,
    counts: (part) => part.kind === 'removal' && !part.hadAccess,
    sentence: (of, { type }) => `${of} ${type}s would be deleted who were switched off before`,
  },
  members: {
    limit: 'members',
    population: ({ members, possible }, { group = '' }) => (members.get(group)?.size ?? 0) + (possible.get(group) ?? 0),
    shrinks: true,
    half: true,
    counts: (part, { group }) => part.kind === 'leave' && part.sourceId === group,
    sentence: (of) => `${of} members would leave one group`,
  },
  memberships: {
    limit: 'memberships',
    population: ({ population, possible }) => population.memberships + [...possible.values()].reduce((sum, count) => sum + count, 0),
    shrinks: true,
    half: true,
    counts: (part) => part.kind === 'leave' || (isRemovalOfGroup(part) && part.members > 0),
    sentence: (of) => `${of} memberships of all groups together would end`,
  },
  emptied: {
    limit: 'memberships',
    population: ({ population }) => population.groupsWithMembers,
    shrinks: true,
    half: true,
    counts: (part) => (part.kind === 'leave' && part.empties) || (isRemovalOfGroup(part) && part.members > 0),
    sentence: (of) => `${of} groups would become empty`,
  },
  updates: {
    limit: 'updates',
    population: active,
    shrinks: false,
    half: false,
    counts: (part) => part.operation.verb === 'update' || (part.kind === 'creation' && part.again),
    sentence: (of, { type }) => `${of} ${type}s would change`,
  },
  clears: {
    limit: 'clears',
    population: ({ population }, { type, path = '' }) => population.holders(type, path),
    shrinks: true,
    half: true,
    counts: (part, { path }) => part.kind === 'clear' && part.change.path === path,
    sentence: (of, { type, path = '' }) => `${path} would be emptied for ${of} ${type}s`,
  },
  reactivations: {
    limit: 'reactivations',
    population: (plan, tally) => plan.population.deactivated[tally.type] + perhapsDeactivated(plan, tally.type),
    shrinks: true,
    half: true,
    counts: (part) => part.kind === 'reactivation',
    sentence: (of, { type }) => `${of} ${type}s without access would get it back`,
  },
  adoptions: {
    limit: 'adoptions',
    population: linked,
    shrinks: false,
    half: false,
    established: true,
    counts: (part) => part.kind === 'adoption',
    sentence: (of, { type }) => `${plainCount(of)} existing ${type}s would be taken over`,
  },
  creations: {
    limit: 'creations',
    population: linked,
    shrinks: false,
    half: false,
    established: true,
    counts: (part) => part.kind === 'creation' && !part.again,
    sentence: (of, { type }) => `${plainCount(of)} ${type}s would be created`,
  },
  relinks: {
    limit: 'relinks',
    population: active,
    shrinks: false,
    half: true,
    counts: (part) => part.kind === 'relink',
    sentence: (of, { type }) => `${of} ${type}s would pass to another entry`,
  },
};

/** Newcomers are not among those who are there. */
function plainCount(of: string): string {
  return of.replace(/ of (\d+)$/, ', beside $1 that are there,');
}

/** Accounts that are on, and become ours with a first load: some of them are switched off at once. */
function adoptedActive({ operations, established }: Judged, type: ResourceType): number {
  return established ? 0 : operations.filter((one) => one.verb === 'adopt' && one.type === type && one.targetActive).length;
}

/** Those who were to be switched off and perhaps were, because no answer came, and are switched on again for that. */
function perhapsDeactivated({ operations, links }: Judged, type: ResourceType): number {
  return operations.filter((one) => one.verb === 'reactivate' && one.type === type && links.get(one.sourceId)?.lifecycle === 'active').length;
}

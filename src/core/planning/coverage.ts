import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { Operation } from '../model/plan.ts';
import type { Rejected, Resource } from '../model/resource.ts';

/*
 * Everybody in scope of one type, each counted once, by the first of these that fits:
 *
 *   rejected   cannot be written, linked or not
 *   create     would be created, held or not
 *   adopt      an account that was there before would become theirs
 *   relink     the account of an entry that is gone would become theirs
 *   linked     has an account
 *   leftOut    of a type that the target does not have
 *   inactive   not created, because the directory says that they are not active
 *   waiting    not looked for now, or refused lately: a later cycle goes on
 */
export type CoverageKind = 'rejected' | 'create' | 'adopt' | 'relink' | 'linked' | 'leftOut' | 'inactive' | 'waiting';

/** How many are in scope, and what becomes of them: the parts add up to the whole. */
export type Coverage = Readonly<Record<CoverageKind | 'inScope', number>>;

export interface CoverageInput {
  readonly resources: readonly Resource[];
  /** By the map, and by the search on the target. */
  readonly rejected: readonly Rejected[];
  readonly operations: readonly Operation[];
  readonly links: ReadonlyMap<SourceId, Link>;
  /** Whether the target has no groups. */
  readonly lacksGroups: boolean;
}

export function coverageOf(input: CoverageInput): Readonly<Record<ResourceType, Coverage>> {
  // A second appearance of somebody is no more than that, and whoever is hidden is in no reading.
  const unwritable = input.rejected.filter(
    ({ reasons }) => !reasons.some(({ code }) => code === 'duplicate_entry' || code === 'hidden_entry'),
  );
  const rejected = new Set(unwritable.map(({ sourceId }) => sourceId));
  const verbs = new Map(
    input.operations.flatMap(({ verb, sourceId }) =>
      verb === 'create' || verb === 'adopt' || verb === 'relink' ? [[sourceId, verb] as const] : [],
    ),
  );
  const kindOf = ({
    type,
    sourceId,
    attributes,
  }: Pick<Resource, 'type' | 'sourceId'> & Partial<Resource>): CoverageKind => {
    if (rejected.has(sourceId)) return 'rejected';
    const verb = verbs.get(sourceId);
    if (verb !== undefined) return verb;
    if ((input.links.get(sourceId)?.lifecycle ?? 'lost') !== 'lost') return 'linked';
    if (type === 'group' && input.lacksGroups) return 'leftOut';
    return type === 'user' && attributes?.get('active') === false ? 'inactive' : 'waiting';
  };
  const inScope = new Map([...unwritable, ...input.resources].map((one) => [one.sourceId, one]));
  const coverage = { user: emptyCoverage(), group: emptyCoverage() };
  for (const one of inScope.values()) {
    coverage[one.type].inScope += 1;
    coverage[one.type][kindOf(one)] += 1;
  }
  return coverage;
}

function emptyCoverage(): Record<CoverageKind | 'inScope', number> {
  return { inScope: 0, rejected: 0, create: 0, adopt: 0, relink: 0, linked: 0, leftOut: 0, inactive: 0, waiting: 0 };
}

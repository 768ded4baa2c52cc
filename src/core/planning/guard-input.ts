import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { Operation } from '../model/plan.ts';
import { partContext, partsOf, type Part, type PartContext } from './guard-parts.ts';
import type { GuardLimits } from './policy.ts';
import { tally, type Tally } from './tally.ts';

export interface GuardInput {
  /** The target's name: a hold is one target's. */
  readonly target: string;
  /** Those that nobody has decided about. */
  readonly operations: readonly Operation[];
  readonly limits: GuardLimits;
  /** Of everyone whom the operations concern and the target has. */
  readonly links: ReadonlyMap<SourceId, Pick<Link, 'lifecycle' | 'directory'>>;
  /** Linked resources by type that still have access. */
  readonly population: Readonly<Record<ResourceType, number>>;
  /** How many members the target acknowledged, by group. */
  readonly memberCounts: ReadonlyMap<SourceId, number>;
  /** Whom values of a group that name nobody may mean, by group. */
  readonly possibleMembers: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** What was done within the last 24 hours without anyone's approval. */
  readonly recent: readonly Tally[];
  /** No cycle of this target was ever committed: we adopt and create, and know nothing that could justify a removal. */
  readonly firstRun: boolean;
  /** Types of which a complete reading showed not a single entry, although some are linked. */
  readonly emptyTypes: ReadonlySet<ResourceType>;
  /** Those that were read completely for this plan. */
  readonly directories: ReadonlySet<string>;
  /** Directories whose data is older than what this target went by, and why we think so, with the server's name. */
  readonly older: ReadonlyMap<string, string>;
  readonly hash: (text: string) => string;
}

/** What rules look at: the input, taken apart and counted. */
export interface Judged extends GuardInput {
  readonly context: PartContext;
  /** The plan, counted. */
  readonly planned: readonly Tally[];
  /** Every part that something can be found about, one after the other: all but consequences. */
  readonly parts: () => Iterable<Part>;
}

export function takeApart(input: GuardInput): Judged {
  const { operations, links } = input;
  const context = partContext(operations, links);
  return {
    ...input,
    context,
    planned: tally(operations, context),
    *parts() {
      for (const operation of operations) for (const part of partsOf(operation, context)) if (!part.isConsequence) yield part;
    },
  };
}

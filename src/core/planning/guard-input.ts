import type { ResourceType, SourceId } from '../model/entry.ts';
import type { Link } from '../model/link.ts';
import type { Operation } from '../model/plan.ts';
import type { Steps } from '../model/steps.ts';
import { partsOf, type Part } from './guard-parts.ts';
import { partContext, type Drew, type PartContext } from './part-context.ts';
import type { TextHash } from './plan-id.ts';
import type { GuardLimits } from './policy.ts';
import { Tallies, type Tally } from './tally.ts';

/** What the target has, as far as we know: what shares are shares of. */
export interface Population {
  /** Links by type: those with access, and those that were switched off. */
  readonly active: Readonly<Record<ResourceType, number>>;
  readonly deactivated: Readonly<Record<ResourceType, number>>;
  /** Members of all groups together, and groups that have any. */
  readonly memberships: number;
  readonly groupsWithMembers: number;
  /** How many of a type have a value of an attribute. Known of every attribute that the plan clears. */
  readonly holders: (type: ResourceType, path: string) => number;
}

export interface Overtaken {
  readonly directories: ReadonlySet<string>;
  readonly marks: ReadonlySet<string>;
}

/**
 * What a kind of a plan was compared with. A plan that stops in the middle (a crash, a target that goes down) has taken
 * some of what its shares are shares of: its rest is measured as the whole was. What is held makes the target no larger
 * either: newcomers of the same plan must not let it go.
 */
export interface Measured extends Omit<Tally, 'count'> {
  /** What the share was a share of. */
  readonly before: number;
}

/** A plan that is being carried out, as its rest is judged by if it stops in the middle. */
export interface Begun {
  readonly measured: readonly Measured[];
  readonly drew: Drew;
}

/** What is held since an earlier cycle. */
export interface Standing {
  readonly measured: readonly Measured[];
  /** Marks of what the first run held. */
  readonly firstRun: ReadonlySet<string>;
}

export interface GuardInput {
  /** The target's name: a hold is one target's. */
  readonly target: string;
  /** Those that nobody has decided about. */
  readonly operations: readonly Operation[];
  readonly limits: GuardLimits;
  /** Of everyone whom the operations concern and the target has. */
  readonly links: ReadonlyMap<SourceId, Pick<Link, 'lifecycle' | 'directory' | 'type'>>;
  readonly population: Population;
  /** The members that the target acknowledged, by group. */
  readonly members: PartContext['members'];
  /** Whom values of a group that name nobody may mean, by group. */
  readonly possibleMembers: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** Whom values that name nobody may mean in the groups by which the scope goes. */
  readonly possiblyInScope: ReadonlySet<SourceId>;
  /** What was done within the last 24 hours without anyone's approval. */
  readonly recent: readonly Tally[];
  /** The plan that is not finished yet, as it began within the last 24 hours. */
  readonly begun: Begun | undefined;
  /** What the kinds that are held were compared with when they were held, and what the first run held. */
  readonly standing: Standing;
  /** No cycle of this target was ever committed: we adopt and create, and know nothing that could justify a removal. */
  readonly firstRun: boolean;
  /** The first load is over: whoever is new now is new among many. */
  readonly established: boolean;
  /** Whether the reading of a directory shows not a single entry of a type. */
  readonly isEmpty: (directory: string, type: ResourceType) => boolean;
  /** Groups by which the scope goes that had members of a type and have none now. */
  readonly emptiedScopes: readonly { readonly dn: string; readonly type: ResourceType }[];
  /** Whether the time to come back of somebody who left is over by the clock alone, and not by what was seen of it. */
  readonly isLeap: (id: SourceId) => boolean;
  /** Those that were read completely for this plan. */
  readonly directories: ReadonlySet<string>;
  /** Directories whose data is older than what this target went by, and why we think so, with the server's name. */
  readonly older: ReadonlyMap<string, string>;
  /** What was held because its directory was older, in directories that are not any more; as marks of operations. */
  readonly overtaken: Overtaken;
  readonly hash: TextHash;
}

/** What rules look at: the input, taken apart and counted. */
export interface Judged extends GuardInput {
  readonly context: PartContext;
  /** Those who leave a group without being acknowledged members: whether they are in it is not known. By group. */
  readonly possible: ReadonlyMap<SourceId, number>;
  /** The plan, counted. */
  readonly planned: readonly Tally[];
  /** Every part that something can be found about, one after the other: all but consequences. */
  readonly parts: readonly Part[];
}

export function* takeApart(input: GuardInput): Steps<Judged> {
  const { operations, links, members } = input;
  const context = partContext(operations, links, members, input.begun?.drew);
  yield;
  const possible = new Map<SourceId, number>();
  const tallies = new Tallies();
  const parts: Part[] = [];
  for (const operation of operations) {
    yield;
    const own = partsOf(operation, context);
    tallies.add(own);
    const doubtful = membersInDoubt(operation, own, context);
    if (doubtful > 0) possible.set(operation.sourceId, doubtful);
    for (const part of own) if (!part.isConsequence) parts.push(part);
  }
  return { ...input, context, possible, planned: tallies.all, parts };
}

/**
 * How many are to leave of whom nobody knows whether they joined. Whose leaving is a consequence is not counted among those
 * who leave, and so not among those of whom it is a share either.
 */
function membersInDoubt(operation: Operation, own: readonly Part[], { members }: PartContext): number {
  if (operation.verb !== 'members') return 0;
  const consequences = new Set(
    own.flatMap((part) => (part.kind === 'leave' && part.isConsequence ? [part.member] : [])),
  );
  const known = members.get(operation.sourceId);
  return operation.remove.filter((id) => known?.has(id) !== true && !consequences.has(id)).length;
}

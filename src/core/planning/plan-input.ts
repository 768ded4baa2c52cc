import type { SourceId } from '../model/entry.ts';
import type { Digest, Link, TargetId } from '../model/link.ts';
import type { Operation } from '../model/plan.ts';
import type { Rejected, Resource } from '../model/resource.ts';
import type { Departure } from './departures.ts';
import type { RemovalPolicy } from './policy.ts';

/** An account on the target that fits an entry without a link. */
export interface Match {
  readonly targetId: TargetId;
  readonly matchedBy: string;
  readonly active: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of a group: how many are in it whom nobody of ours put there. */
  readonly others?: number | undefined;
  /** It was this entry's before it left: what switched it off was their leaving. */
  readonly wasOurs?: true | undefined;
  /** A create of ours that was not seen to end made it: it carries our externalId. */
  readonly unfinished?: true | undefined;
}

/** Whose account a newcomer takes over. */
export interface Successor {
  /** The link of the entry that is gone. */
  readonly replaces: Link;
  /** The match attribute in which both are equal. */
  readonly matchedBy: string;
}

export interface PlanInput {
  readonly resources: readonly Resource[];
  readonly rejected: readonly Rejected[];
  readonly departures: readonly Departure[];
  /** Linked, and there although no reading shows them: they keep what they have, also as members and in references. */
  readonly unseen?: ReadonlySet<SourceId> | undefined;
  /** Of those among them who are gone: the newcomer who may come in their place, and keeps no more groups for them than their own. */
  readonly awaited?: ReadonlyMap<SourceId, SourceId> | undefined;
  /** Links of everything above, of everyone they refer to, and of all acknowledged members. */
  readonly links: ReadonlyMap<SourceId, Link>;
  readonly matches: ReadonlyMap<SourceId, Match>;
  /** Newcomers who come in the place of entries that are gone. */
  readonly successors: ReadonlyMap<SourceId, Successor>;
  /** The acknowledged members of every group above. */
  readonly members: ReadonlyMap<SourceId, ReadonlySet<SourceId>>;
  /** In scope and not on the target, and not part of this plan: nobody waits for them. */
  readonly bystanders: ReadonlySet<SourceId>;
  /** Whether an entry that is linked from one directory may be another one's without anybody's word. */
  readonly mayMove: (from: string, to: string) => boolean;
  readonly removal: RemovalPolicy;
  /** Whether those leave an adopted group whom the directory does not have in it. */
  readonly strangersLeave?: boolean | undefined;
  readonly createInactive: boolean;
  /** Whether adopted accounts are switched on that were switched off on the target. */
  readonly reactivateAdopted?: boolean | undefined;
  /** Who is switched on all the same, because a person said so. */
  readonly wantedBack?: ReadonlySet<SourceId> | undefined;
  /** True: whoever is deactivated answers to nothing any more (Atlassian), so that nothing else is sent about them. */
  readonly recreates: boolean;
  /** True: a part of an attribute (`name.familyName`) takes the place of the whole. */
  readonly partsReplace?: boolean | undefined;
  readonly digest: Digest;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface PlannedOperations {
  readonly operations: readonly Operation[];
  /** Links that change without a request: who is away since when, who is back. */
  readonly remembered: readonly Link[];
  /** Links to forget: departed, and gone from the target as well. */
  readonly forgotten: readonly Link[];
  /** Users who were compared as a whole, and of whom the target acknowledged all that is wanted. */
  readonly acknowledged: readonly SourceId[];
  /** References and members that have to wait for someone the target does not have. */
  readonly waiting: number;
  /** Whose references or members these are. */
  readonly incomplete: readonly SourceId[];
}

/** What is planned for one entry. */
export type PlannedPart = Partial<Omit<PlannedOperations, 'incomplete' | 'acknowledged'>> & {
  readonly isAcknowledged?: boolean;
};

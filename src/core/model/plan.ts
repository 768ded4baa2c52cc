import type { ResourceType, SourceId } from './entry.ts';
import type { TargetId } from './link.ts';
import type { DesiredAttributes, DesiredValue, Rejected } from './resource.ts';

/** One attribute that differs. `had` tells whether the target holds a value now: it decides `add` or `replace`. */
export type AttributeChange =
  | { readonly path: string; readonly change: 'set'; readonly value: DesiredValue; readonly had: boolean }
  | {
      readonly path: string;
      readonly change: 'clear';
      /** Whom the reference pointed to, when they leave in the same plan and it is cleared for that. */
      readonly leaver?: SourceId | undefined;
    };

interface Subject {
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  readonly directory: string;
  /** For people; not part of the plan's id. */
  readonly label: string;
  /** A sentence: what made this operation necessary. */
  readonly reason: string;
  /**
   * Operations of one stage may run side by side; a stage starts when the one before it is done. Stages follow the
   * order deactivations, deletions (behind the memberships of the deleted), members who leave, users, groups,
   * references in circles, members who join; users whose manager is new to the target come in a later stage than the
   * manager.
   */
  readonly stage: number;
}

/** Why someone loses access. */
export type RemovalCause = 'disabled' | 'left_scope' | 'absent';

/**
 * How sure a removal is. `word`: the directory says it of this very entry (disabled, deleted, moved away). `absence`: the
 * entry, a value of it or a membership is not shown any more, and nothing proves why.
 */
export type Evidence = 'word' | 'absence';

export interface CreateOperation extends Subject {
  readonly verb: 'create';
  readonly attributes: DesiredAttributes;
  /** Which of these are sent now and never again. */
  readonly once?: ReadonlySet<string> | undefined;
  /** True when the target had it once and lost it (404). */
  readonly again: boolean;
}

/** An account that exists on the target and is not ours yet: linked, and brought in step. */
export interface AdoptOperation extends Subject {
  readonly verb: 'adopt';
  readonly targetId: TargetId;
  readonly matchedBy: string;
  readonly targetActive: boolean;
  /** The account is switched off there, and stays so although the directory has an active entry. */
  readonly leftDisabled?: true | undefined;
  readonly changes: readonly AttributeChange[];
  /** Everything that holds after the changes: what the link remembers. `active` is as the target has it. */
  readonly attributes: DesiredAttributes;
  /** Of a group: those of its members who are in it already. */
  readonly present?: readonly SourceId[] | undefined;
  /** Of a group: who is in it whom the directory does not have in it, by the target's ids. */
  readonly strangers?: readonly TargetId[] | undefined;
  /** Of a group: how many are in it whom nobody of ours put there, wanted or not. */
  readonly others?: number | undefined;
  /** They are taken out: that is an operation of its own, which the guard looks at. Otherwise they stay. */
  readonly strangersLeave?: boolean | undefined;
}

/**
 * The account of an entry that is gone passes to the entry that came in its place: the same person under a new source
 * id. One request puts the externalId right, and what differs. Or under the same source id in another directory: then
 * `replaces` is the entry's own id.
 */
export interface RelinkOperation extends Subject {
  readonly verb: 'relink';
  /** The entry that is gone. */
  readonly replaces: SourceId;
  readonly targetId: TargetId;
  /** The match attribute in which both are equal. */
  readonly matchedBy: string;
  readonly changes: readonly AttributeChange[];
}

export interface UpdateOperation extends Subject {
  readonly verb: 'update' | 'reactivate';
  readonly changes: readonly AttributeChange[];
  /** Values that do not change and are sent all the same: to this target a part of an attribute is the whole. */
  readonly beside?: readonly AttributeChange[] | undefined;
}

export interface MembersOperation extends Subject {
  readonly verb: 'members';
  readonly add: readonly SourceId[];
  readonly remove: readonly SourceId[];
  /** `departed`: the group itself left and `removal.groups` is `empty`. */
  readonly cause: 'changed' | 'departed';
  /** Of `departed`. */
  readonly evidence?: Evidence | undefined;
}

export interface RemoveOperation extends Subject {
  readonly verb: 'deactivate' | 'delete';
  readonly cause: RemovalCause;
  /** Absence where nothing is said. */
  readonly evidence?: Evidence | undefined;
  /** For a deactivation: of this account, which is not known to be theirs (`Link.lookalike`). Always held. */
  readonly lookalike?: TargetId | undefined;
  /** A deletion that comes with time alone: access ended before, and the time to come back is over. */
  readonly afterGrace?: true | undefined;
}

export type Operation =
  CreateOperation | AdoptOperation | RelinkOperation | UpdateOperation | MembersOperation | RemoveOperation;
export type Verb = Operation['verb'];

export interface Plan {
  /** Hash of the operations (labels and reasons left out): the same changes always have the same id. */
  readonly id: string;
  readonly target: string;
  readonly operations: readonly Operation[];
  /** In scope, but not writable; with the reasons. */
  readonly rejected: readonly Rejected[];
}

/**
 * What the guard counts. `deletions`: accounts that were switched off before; `emptied`: groups that lose their last
 * member. Both have no limit of their own: they go by those of removals and memberships.
 */
export type TallyKind =
  | 'removals'
  | 'deletions'
  | 'members'
  | 'memberships'
  | 'emptied'
  | 'updates'
  | 'clears'
  | 'reactivations'
  | 'adoptions'
  | 'creations'
  | 'relinks';

/** What the guard compared, so that a person can judge it. */
export interface GuardFinding {
  readonly kind:
    | TallyKind
    | 'first_run'
    | 'empty_reading'
    | 'empty_scope'
    | 'unread_directory'
    | 'moved_directory'
    | 'adopted_groups'
    | 'older_data'
    | 'unresolved_members'
    | 'clock_leap'
    | 'lookalike';
  readonly type: ResourceType;
  /** The group whose members are concerned, for `members`. */
  readonly sourceId?: SourceId | undefined;
  /** The attribute, for `clears`. */
  readonly path?: string | undefined;
  /** Of removals that are above their limit. */
  readonly evidence?: Evidence | undefined;
  /** Of what is above a limit: what the share is a share of, those who left lately included. */
  readonly before?: number | undefined;
  /** The directory whose data is older, for `older_data`. */
  readonly directory?: string | undefined;
  readonly planned: number;
  /** Of the same kind, done within the last 24 hours. */
  readonly recent: number;
  readonly population: number;
  readonly allowed: number;
  readonly text: string;
}

/** An operation without its content: what a person approves, and what may be stored. */
export interface HeldOperation {
  readonly verb: Verb;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  /** For a removal: they are missing or out of scope. The directory does not say that they are disabled. */
  readonly departed?: true | undefined;
  /** Of those: they are out of scope, and there. Not said by versions before. */
  readonly leftScope?: true | undefined;
  /** For the deactivation of an account that is not known to be theirs: which one. */
  readonly lookalike?: TargetId | undefined;
  /** For `members`: who joins the group. */
  readonly add?: readonly SourceId[] | undefined;
  /** For `members`: who leaves the group. */
  readonly remove?: readonly SourceId[] | undefined;
  /** For `update`: which attributes, each with a keyed digest of its value, and without one when it is cleared. */
  readonly changes?: readonly { readonly path: string; readonly value?: string | undefined }[] | undefined;
}

export interface Hold {
  /**
   * Hash of the operations that the findings speak of: other changes don't void an approval, nor do changes among
   * those that only follow (a leaver's memberships).
   */
  readonly holdId: string;
  /** What the findings speak of. */
  readonly decisive: readonly Operation[];
  /** Everything that is held, with what follows. */
  readonly operations: readonly Operation[];
  readonly findings: readonly GuardFinding[];
  /** What it looks like as a whole, in a sentence. */
  readonly remark?: string | undefined;
}

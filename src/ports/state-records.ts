import type { DriftCounts, Exceptions } from '../core/model/drift.ts';
import type { DataMark } from '../core/model/data-version.ts';
import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { TargetId } from '../core/model/link.ts';
import type { UnresolvedCounts } from '../core/mapping/unresolved.ts';
import type { FailureClass } from '../core/model/outcome.ts';
import type { Evidence, HeldOperation } from '../core/model/plan.ts';
import type { ReasonCode, ReasonCounts } from '../core/model/resource.ts';
import type { Gap } from '../core/planning/seen-time.ts';
import type { Measured } from '../core/planning/guard-input.ts';
import type { Drew } from '../core/planning/part-context.ts';
import type { Tally } from '../core/planning/tally.ts';
import type { ApprovalRecord, RejectionRecord, DecisionRecord } from './decisions.ts';

/** What somebody has to mend: not who is inactive and unknown to the target, who was mislaid, and what waits for an approval or a seat. */
export function isQuarantined({ cause }: QuarantineRecord): boolean {
  return cause !== 'inactive' && cause !== 'held' && cause !== 'no_seat' && cause !== 'mislaid';
}

/**
 * Why an entry is not in step, and when it is worth another try: what the target refused, or a match that cannot be
 * used. Kept apart from links, because the entry may have none.
 */
export interface QuarantineRecord {
  readonly target: string;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  /**
   * A failure class, a reason code, or what a search found: `inactive`, nobody on the target fits someone who is
   * disabled; `held`, the target lost it, has nobody who fits, and creating it again waits for an approval; `no_seat`, there is
   * no seat to create it on; `mislaid`,
   * someone who has to lose access was lost, and it could not be found out what became of the account.
   */
  readonly cause: FailureClass | ReasonCode | 'inactive' | 'held' | 'no_seat' | 'mislaid';
  /** The account that stands in the way, where a create was answered with it. */
  readonly targetId?: TargetId | undefined;
  /** HTTP status of the refusal, where there was one. */
  readonly status?: number | undefined;
  /** What the target said, in words of a closed list alone (`impersonal`), or what we say of a 2xx: nobody's name can be among them. */
  readonly said?: string | undefined;
  /** Keyed digest of what was tried; when it differs, the entry has changed and is tried at once. */
  readonly fingerprint: string;
  readonly since: string;
  readonly attempts: number;
  /** ISO 8601. Not before, unless a person asks. */
  readonly retryAt: string;
}

/**
 * Written before a request whose effect must not be forgotten: a create, whose repetition could do harm; an adoption,
 * after which an account is ours.
 */
export interface Intent {
  readonly target: string;
  readonly type: ResourceType;
  readonly sourceId: SourceId;
  readonly directory: string;
  /** When the request was sent, or its answer failed to come (ISO 8601). Missing in older states. */
  readonly at?: string | undefined;
  /**
   * There was no answer that tells (`lost`), or one that says that it was made, and not what (`made`). `refused`: there is
   * no doubt as long as somebody is wanted; of who leaves it is looked into, for some targets refuse what they have done.
   */
  readonly unclear?: 'lost' | 'made' | 'refused' | undefined;
  /** Of somebody who left, and was looked for in vain: when what they may have is looked for again (ISO 8601). */
  readonly lookAgainAt?: string | undefined;
  /** Of the same: it is there, under an id that cannot be used; or it could not be looked for. */
  readonly blocked?: 'unnamable' | 'unreached' | undefined;
  /** The account that is being adopted; absent for a create. */
  readonly adopts?: TargetId | undefined;
  /** Of a group: who is in the request. If it took effect, they are members. */
  readonly members?: readonly SourceId[] | undefined;
}

/** A target that is left alone as a whole, until it is asked for next to nothing again. */
export interface TargetPause {
  /** It refused the credentials, did not answer as a SCIM service, or carried out nothing that was sent. */
  readonly cause: 'auth' | 'protocol' | 'failures';
  readonly since: string;
  readonly attempts: number;
  /** When it was tried last (ISO 8601). */
  readonly triedAt: string;
  /** ISO 8601. Not before, unless a person asks. */
  readonly retryAt: string;
}

/** How the seats of a target stand. */
export interface Seats {
  /** How many there are. */
  readonly of: number;
  /** How many are taken once the plan is done. */
  readonly taken: number;
  /** How many people wait for one. */
  readonly waiting: number;
}

/** What is remembered about a target as a whole. */
export interface TargetState {
  readonly lastSuccessAt?: string | undefined;
  /** When a cycle last got as far as its end. Undefined until the first one has: until then nothing may be removed. */
  readonly lastCycleAt?: string | undefined;
  readonly lastResult?: 'success' | 'partial' | 'held' | 'interrupted' | 'error' | undefined;
  /** Why the last cycles failed, and since when. */
  readonly lastError?: { readonly code: string; readonly since: string } | undefined;
  /** While it is left alone as a whole. */
  readonly quarantine?: TargetPause | undefined;
  /** While cycles leave something undone for a failure. */
  readonly failing?: Failing | undefined;
  /** How much the last cycle left to do: failed, held, waiting for another try or for someone to come. */
  readonly pending: number;
  /** How many resources of each type these changes are for, on the target or not yet. Absent before the first cycle. */
  readonly pendingResources?: Readonly<Record<ResourceType, number>> | undefined;
  /** Entries in scope that are not in step and cannot be written, by reason, where there are any. */
  readonly rejected?: ReasonCounts | undefined;
  readonly held?: HeldRecord | undefined;
  /** Where the target has no more than a number of seats. */
  readonly seats?: Seats | undefined;
  /** Fingerprint of the configuration (map, scope, sources) by which the last cycle went that held nothing. */
  readonly configuration?: string | undefined;
  /** What names nobody who is read, where there is any. */
  readonly unresolved?: UnresolvedCounts | undefined;
  /** What people approved and is being carried out: what is left of it needs no second approval. */
  readonly approvals?: readonly ApprovalRecord[] | undefined;
  /** What people rejected: it stays undone as long as it would be done. */
  readonly rejections?: readonly RejectionRecord[] | undefined;
  /** The last decisions that cycles took up, or that ended unused, oldest first. */
  readonly decided?: readonly DecisionRecord[] | undefined;
  /** When the first load was over: whoever is new after this is new among many. */
  readonly establishedAt?: string | undefined;
  /** Whoever has to lose access, was mislaid by the target, and is looked for again: how many, and when next (ISO 8601). */
  readonly mislaid?: { readonly count: number; readonly lookAt: string } | undefined;
  /** Keyed digests of the groups by which the scope goes that had somebody in them. */
  readonly filledScopes?: readonly string[] | undefined;
  /** The directory in which each group by which the scope goes was found, by keyed digests of their DNs. */
  readonly scopeHomes?: Readonly<Record<string, string>> | undefined;
  /** Where the clock leapt, or nobody looked for long: such time counts for nobody who has some to come back. */
  readonly gaps?: readonly Gap[] | undefined;
  /** How a plan that is being carried out, or was not finished, was measured, and when it began (ISO 8601). */
  readonly begun?:
    { readonly at: string; readonly measured: readonly Measured[]; readonly drew?: Drew | undefined } | undefined;
  /** By directory: how far its data had come when the target last went by it. */
  readonly marks?: Readonly<Record<string, DataMark>> | undefined;
}

/** Cycles in a row that left something undone for a failure, whether they tried it or waited for the next attempt. */
export interface Failing {
  /** When the first of them ended, ISO 8601. */
  readonly since: string;
  /** When the last of them ended. */
  readonly at: string;
  readonly cycles: number;
}

/** How a directory was last found; for people who ask for the status. */
export interface DirectoryState {
  /** When it was last known what it holds, ISO 8601. Absent before its first reading has come to an end. */
  readonly readAt?: string | undefined;
  /** Since when it is being read, where that takes long, ISO 8601. */
  readonly readingSince?: string | undefined;
  readonly users: number;
  readonly groups: number;
  /** How its changes are found, and why so. */
  readonly changes?: string | undefined;
}

/** What was done at a time (ISO 8601), counted as the guard does. */
export interface RemovalRecord extends Tally {
  readonly at: string;
}

/** A hold as it is stored: numbers and ids, no names. */
export interface HeldRecord {
  readonly holdId: string;
  readonly since: string;
  readonly findings: readonly {
    readonly kind: string;
    readonly type: ResourceType;
    /** The attribute, for `clears`. */
    readonly path?: string | undefined;
    /** The directory, for `older_data`. */
    readonly directory?: string | undefined;
    /** Of removals that are above their limit. */
    readonly evidence?: Evidence | undefined;
    /** The group, for `members`. */
    readonly group?: SourceId | undefined;
    /** Of what is above a limit: what the share is a share of. */
    readonly before?: number | undefined;
    readonly planned: number;
    readonly recent: number;
    readonly population: number;
    readonly allowed: number;
  }[];
  readonly operations: readonly HeldOperation[];
}

export const emptyTargetState: TargetState = { pending: 0 };

/** What the last comparison of a target with what it should have came to: numbers alone. */
export interface VerifiedRecord {
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly compared: Readonly<Record<ResourceType, number>>;
  readonly drift: DriftCounts;
  /** Of types that were listed: how many are not ours. */
  readonly foreign: Readonly<Partial<Record<ResourceType, number>>>;
  /** Resources that could not be compared. */
  readonly unread: number;
  /** Others that are not, or not for certain, as they should be. Absent in records of earlier versions. */
  readonly exceptions?: Exceptions | undefined;
  /** Cycles have to put right what differs, but for somebody else's externalId. Absent in records of earlier versions. */
  readonly isGivenToCycle?: boolean | undefined;
}

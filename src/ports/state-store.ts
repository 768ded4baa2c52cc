import type { DirectoryIdentity } from '../core/model/directory-identity.ts';
import type { DataMark } from '../core/model/data-version.ts';
import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { Digest, Link, TargetId } from '../core/model/link.ts';
import type { LogCheck, LogEntry, LoggedEntry } from '../core/model/log-entry.ts';
import type { UnresolvedCounts } from '../core/mapping/unresolved.ts';
import type { FailureClass } from '../core/model/outcome.ts';
import type { Evidence, HeldOperation, Verb } from '../core/model/plan.ts';
import type { ReasonCode, ReasonCounts } from '../core/model/resource.ts';
import type { Gap } from '../core/planning/seen-time.ts';
import type { Measured } from '../core/planning/guard-input.ts';
import type { Drew } from '../core/planning/guard-parts.ts';
import type { Tally } from '../core/planning/tally.ts';
import type { TargetNotes } from './scim-target.ts';

/**
 * What dir2scim remembers between cycles and across crashes.
 *
 * Contract:
 * - `record` is atomic and durable when it resolves: after a power cut either all of its changes are there or none,
 *   and all once it resolved. Calls may run side by side (they share one disk sync) and take effect in call order.
 *   When it rejects (disk full) nothing of it is remembered, and no further effect may be caused at a target.
 * - A store answers with what was recorded durably: a change shows once its `record` has resolved, never before.
 * - Everything is asked in batches, never "all links as one value", so that a database can stand behind this port.
 * - The store holds no personal data: ids, digests, counts and times. Only the provisioning log has values, where the
 *   configuration asks for them.
 * - A store that is damaged, newer or locked refuses to open (BridgeError); it never starts empty in its place.
 * - Views opened for reading see the consistent state of the moment they were opened, do not follow the writer, and
 *   never repair or write anything but decisions.
 */
export interface StateStore extends StateView {
  record(changes: readonly StateChange[]): Promise<void>;
  /** Takes one decision out, and no later one about the same hold. No error when it is gone already. */
  removeDecision(key: string): Promise<void>;
}

/** What there is to say about a state that was opened for writing. */
export interface Opening {
  /** There was none: a first run. */
  readonly isNew: boolean;
  /** Every user of this host may write to its folder, and we may not change that. */
  readonly exposed?: true | undefined;
  /** What was cut off at the end of the journal, because it was not as it was written. */
  readonly cut?: { readonly bytes: number; readonly lines: number } | undefined;
  /**
   * Records are missing that were there once, so that what was acknowledged in them is not known. `restored`: an older
   * copy was put in the place of the state; `damaged`: they were cut off.
   */
  readonly lost?: 'restored' | 'damaged' | undefined;
}

export interface StateView {
  /** Keyed with a secret of this installation. */
  readonly digest: Digest;
  /** Identity of this state since its creation. */
  readonly lineage: string;
  links(target: string, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, Link>>;
  /** All links of these directories whose source id is not in `seen`, in batches. */
  unseen(target: string, directories: ReadonlySet<string>, seen: ReadonlySet<SourceId>): AsyncIterable<readonly Link[]>;
  /** Which of these target ids are linked, and to whom. */
  owners(target: string, type: ResourceType, ids: readonly TargetId[]): Promise<ReadonlyMap<TargetId, SourceId>>;
  /** Which of these target ids nobody is linked to any more, and who was last. Of the last `mostFormerOwners` of a type. */
  formerOwners(target: string, type: ResourceType, ids: readonly TargetId[]): Promise<ReadonlyMap<TargetId, SourceId>>;
  /** The accounts that were this entry's last, and that nobody is linked to any more. */
  formerAccounts(
    target: string,
    owner: SourceId,
  ): Promise<readonly { readonly type: ResourceType; readonly targetId: TargetId }[]>;
  /** The acknowledged members of a group, as source ids; and who was in it when it was adopted, by `strangerId`. */
  members(target: string, group: SourceId): Promise<readonly SourceId[]>;
  /** What stands between these entries and the target, of those with such a record. */
  quarantined(target: string, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, QuarantineRecord>>;
  /** Who is in quarantine although they are not in `seen`, in batches. */
  orphanedQuarantine(target: string, seen: ReadonlySet<SourceId>): AsyncIterable<readonly SourceId[]>;
  /** Keyed digests of the names (DNs) of these entries: the one that was noted last, then former ones. Of those that were noted. */
  names(directory: string, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, readonly string[]>>;
  /** Who has or had these names. */
  named(directory: string, names: readonly string[]): Promise<ReadonlyMap<string, readonly SourceId[]>>;
  /** Whose names were noted although they are not in `seen`, and no target has a link of theirs; in batches. */
  orphanedNames(directory: string, seen: ReadonlySet<SourceId>): AsyncIterable<readonly SourceId[]>;
  counts(target: string): Promise<LinkCounts>;
  /** By SCIM path: for how many the target has shown that it does not store what was sent. */
  unstored(target: string): Promise<Readonly<Record<string, number>>>;
  /** Intents without an outcome: requests that may have taken effect before a crash. */
  openIntents(target: string): Promise<readonly Intent[]>;
  target(name: string): Promise<TargetState>;
  /** What was noted about how to deal with a target; nothing before anything was. */
  notes(target: string): Promise<TargetNotes>;
  /** What was last known of a directory; undefined before its first reading. */
  directory(name: string): Promise<DirectoryState | undefined>;
  /** What a directory was when the ids of its entries were linked; undefined before its first reading, and in old states. */
  identity(directory: string): Promise<DirectoryIdentity | undefined>;
  /** Where the target was that acknowledged the links, as `endpointOf` spells it; undefined before the first cycle, and in old states. */
  boundTo(target: string): Promise<string | undefined>;
  /** How many links there are, by target and directory: also of those that the configuration does not name (any more). */
  linkTotals(): Promise<readonly LinkTotal[]>;
  /** Members of all groups together, those without an entry apart (`strangerId`), and groups that have any. */
  memberships(target: string): Promise<{ readonly members: number; readonly groups: number }>;
  /** How many resources of a type have a value of an attribute, as far as the target acknowledged it or may have it. */
  holders(target: string, type: ResourceType, path: string): Promise<number>;
  /** For the guard's window, oldest first. */
  removals(target: string): Promise<readonly RemovalRecord[]>;
  /**
   * The provisioning log, oldest first, in batches: what was recorded after this entry, of what is kept. A batch shows
   * only what is durable.
   */
  logged(after: number): AsyncIterable<readonly LoggedEntry[]>;
  /** Whether the log is as it was written. */
  checkLog(): Promise<LogCheck>;
  /** What people decided and no cycle has taken up yet, of all targets. */
  decisions(): Promise<LeftDecisions>;
  /** A later decision about the same hold replaces the one before. @throws BridgeError when it cannot be a hold's id */
  decide(decision: Decision): Promise<void>;
  close(): Promise<void>;
}

/** So many accounts of a type, of one target, are remembered by whose they were. */
export const mostFormerOwners = 100_000;

/** What somebody has to mend: not who is inactive and unknown to the target, who was mislaid, and what waits for an approval. */
export function isQuarantined({ cause }: QuarantineRecord): boolean {
  return cause !== 'inactive' && cause !== 'held' && cause !== 'mislaid';
}

export interface LinkTotal {
  readonly target: string;
  readonly directory: string;
  readonly links: number;
}

/** By type: links by lifecycle, how many of them were adopted, and how many entries are troubled. */
export type LinkCounts = Readonly<
  Record<ResourceType, Readonly<Record<Link['lifecycle'] | 'adopted' | 'quarantined' | 'leftDisabled', number>>>
>;

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
   * disabled; `held`, the target lost it, has nobody who fits, and creating it again waits for an approval; `mislaid`,
   * someone who has to lose access was lost, and it could not be found out what became of the account.
   */
  readonly cause: FailureClass | ReasonCode | 'inactive' | 'held' | 'mislaid';
  /** The account that stands in the way, where a create was answered with it. */
  readonly targetId?: TargetId | undefined;
  /** HTTP status of the refusal, where there was one. */
  readonly status?: number | undefined;
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
  /** There was no answer that tells (`lost`), or one that says that it was made, and not what (`made`). */
  readonly unclear?: 'lost' | 'made' | undefined;
  /** Of somebody who left, and was looked for in vain: when what they may have is looked for again (ISO 8601). */
  readonly lookAgainAt?: string | undefined;
  /** The account that is being adopted; absent for a create. */
  readonly adopts?: TargetId | undefined;
  /** Of a group: who is in the request. If it took effect, they are members. */
  readonly members?: readonly SourceId[] | undefined;
}

export type StateChange =
  | { readonly kind: 'intent'; readonly intent: Intent }
  /** The intent is settled: it took effect and is linked, or it certainly did not. */
  | { readonly kind: 'settled'; readonly intent: Intent }
  /**
   * Inserts or replaces. Members are kept apart and survive, unless the target id is another one: whoever was created
   * again is in no group and has no members.
   */
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'quarantine'; readonly quarantine: QuarantineRecord }
  | { readonly kind: 'quarantine_over'; readonly target: string; readonly sourceId: SourceId }
  /**
   * What an entry that is gone had on the target passes to another one: its link, its members and its memberships. Its
   * quarantine record is forgotten.
   */
  | { readonly kind: 'relink'; readonly from: SourceId; readonly link: Link }
  /**
   * Forgets a link, its members, its memberships and its quarantine record. Whose the account was is remembered, here and wherever
   * a link comes to an end.
   */
  | { readonly kind: 'unlink'; readonly target: string; readonly sourceId: SourceId }
  /** Who is in both lists is a member afterwards. */
  | {
      readonly kind: 'members';
      readonly target: string;
      readonly group: SourceId;
      readonly add: readonly SourceId[];
      readonly remove: readonly SourceId[];
    }
  /** Whose the accounts were that nobody has now: what ended links leave behind, for snapshots. */
  | {
      readonly kind: 'former';
      readonly target: string;
      readonly type: ResourceType;
      readonly accounts: readonly (readonly [TargetId, SourceId])[];
    }
  | { readonly kind: 'target'; readonly target: string; readonly state: TargetState }
  | { readonly kind: 'notes'; readonly target: string; readonly notes: TargetNotes }
  | { readonly kind: 'directory'; readonly directory: string; readonly state: DirectoryState }
  | { readonly kind: 'identity'; readonly directory: string; readonly identity: DirectoryIdentity }
  | { readonly kind: 'bound'; readonly target: string; readonly endpoint: string }
  /**
   * Of all links, or those of one target: records that came after them are missing, or the target lost what they say, so
   * that what was acknowledged has to be looked at again.
   */
  | { readonly kind: 'content_forgotten'; readonly target?: string | undefined }
  /** What is known of one target is another one's from now on, in place of what was known of that. */
  | { readonly kind: 'renamed'; readonly target: string; readonly to: string }
  /** Forgets everything about a target, as if it had never been there. */
  | { readonly kind: 'reset'; readonly target: string }
  /** In place of what was noted of these entries; no name forgets them. */
  | {
      readonly kind: 'names';
      readonly directory: string;
      readonly names: readonly (readonly [SourceId, readonly string[]])[];
    }
  /** Remembers what the guard has to count, together with the outcome that it belongs to. */
  | { readonly kind: 'removal'; readonly target: string; readonly removal: RemovalRecord }
  /** Forgets removals from before a time (ISO 8601). */
  | { readonly kind: 'removals_over'; readonly target: string; readonly before: string }
  /** Adds an entry to the provisioning log, together with the outcome that it tells of. */
  | { readonly kind: 'logged'; readonly entry: LogEntry }
  /** The log goes on after this entry. */
  | { readonly kind: 'log_head'; readonly seq: number };

/** What is remembered about a target as a whole. */
export interface TargetState {
  readonly lastSuccessAt?: string | undefined;
  /** When a cycle last got as far as its end. Undefined until the first one has: until then nothing may be removed. */
  readonly lastCycleAt?: string | undefined;
  readonly lastResult?: 'success' | 'partial' | 'held' | 'error' | undefined;
  /** Why the last cycles failed, and since when. */
  readonly lastError?: { readonly code: string; readonly since: string } | undefined;
  /** While cycles leave something undone for a failure. */
  readonly failing?: Failing | undefined;
  /** How much the last cycle left to do: failed, held, waiting for another try or for someone to come. */
  readonly pending: number;
  /** Entries in scope that are not in step and cannot be written, by reason, where there are any. */
  readonly rejected?: ReasonCounts | undefined;
  readonly held?: HeldRecord | undefined;
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

/** Who decided: a user of the machine's shell, or of the API. */
export interface Decider {
  readonly via: 'shell' | 'api';
  readonly user: string;
}

/** An approved hold, from its first operation to its last. */
export interface ApprovalRecord {
  readonly holdId: string;
  /** When it was first used, ISO 8601. Good for 24 hours. */
  readonly at: string;
  /** What is left of it. */
  readonly operations: readonly HeldOperation[];
}

/** What a person rejected, from then until the directory shows something else. */
export interface RejectionRecord {
  readonly holdId: string;
  readonly at: string;
  readonly by?: Decider | undefined;
  /** What of it would still be done. */
  readonly operations: readonly HeldOperation[];
}

/** Carry out what is held, leave it undone, or carry out what is due for one entry (`push`). */
export type DecisionKind = 'approve' | 'reject' | 'push';

/** What a person wants done about one hold of one target. */
export interface Decision {
  readonly target: string;
  /** Of a push: an id of its own. */
  readonly holdId: string;
  readonly decision: DecisionKind;
  /** ISO 8601. Good for 24 hours. */
  readonly at: string;
  readonly by?: Decider | undefined;
  /** Given before any cycle has held it: it waits for the cycle that holds exactly that. */
  readonly early?: boolean | undefined;
  /** Of a push: what is to be done. */
  readonly operations?: readonly HeldOperation[] | undefined;
}

/** What became of a decision. */
export interface DecisionRecord extends Omit<Decision, 'operations'> {
  /**
   * `taken`: a cycle goes by it. `expired`: it was older than a day, or dated ahead. `void`: what it was for did not, or
   * no longer, stand.
   */
  readonly end: 'taken' | 'expired' | 'void';
  /** How many operations it is about, by verb. */
  readonly counts: Readonly<Partial<Record<Verb, number>>>;
}

/** Decisions that wait for a cycle, each with the key under which it is taken out. */
export interface LeftDecisions {
  /** Oldest first. */
  readonly waiting: readonly (Decision & { readonly key: string })[];
  /** What is no decision, or one of an earlier version, which says for no target what it is about. */
  readonly unusable: readonly UnusableDecision[];
}

export interface UnusableDecision {
  readonly key: string;
  readonly because: 'unreadable' | 'no_target' | 'untrusted';
  /** ISO 8601, where it says so. */
  readonly at?: string | undefined;
}

export const emptyTargetState: TargetState = { pending: 0 };

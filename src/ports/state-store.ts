import type { DirectoryIdentity } from '../core/model/directory-identity.ts';
import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { Digest, Link, TargetId } from '../core/model/link.ts';
import type { LogCheck, LoggedEntry } from '../core/model/log-entry.ts';
import type { TargetNotes } from './scim-target.ts';
import type { Decision, LeftDecisions } from './decisions.ts';
import type {
  QuarantineRecord,
  Intent,
  TargetState,
  DirectoryState,
  RemovalRecord,
  VerifiedRecord,
} from './state-records.ts';
import type { StateChange } from './state-change.ts';

/**
 * What dir2scim remembers between cycles and across crashes.
 *
 * Contract:
 * - `record` is atomic and durable when it resolves: after a power cut either all of its changes are there or none,
 *   and all once it resolved. Calls may run side by side (they share one disk sync) and take effect in call order.
 *   When it rejects (disk full) nothing of it is remembered, and no further effect may be caused at a target.
 * - A store answers with what was recorded durably: a change shows once its `record` has resolved, never before.
 * - Everything is asked in batches, never "all links as one value", so that a database can stand behind this port. Whom
 *   the state knows and a reading does not show is asked by marks (`openMarks`), never by a set of everybody.
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
  /** As they were recorded; of a group `unsettled` names also those whose membership came into doubt with the end of a link. */
  links(target: string, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, Link>>;
  /** With what the target was found to hold everything that was wanted, of those links of which that was recorded since they changed. */
  proofs(target: string, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, string>>;
  /** All links of these directories, in batches. What is recorded while they are walked through neither adds nor hides any. */
  linksFrom(target: string, directories: ReadonlySet<string>): AsyncIterable<readonly Link[]>;
  /** Begins to mark entries, so that it can be asked of whom the state knows besides. */
  openMarks(): Promise<SeenMarks>;
  /** Which of these target ids are linked, and to whom. */
  owners(target: string, type: ResourceType, ids: readonly TargetId[]): Promise<ReadonlyMap<TargetId, SourceId>>;
  /** Which of these target ids nobody is linked to any more, and who was last. Of the last `mostFormerOwners` of a type. */
  formerOwners(target: string, type: ResourceType, ids: readonly TargetId[]): Promise<ReadonlyMap<TargetId, SourceId>>;
  /** The accounts that were this entry's last, and that nobody is linked to any more. */
  formerAccounts(
    target: string,
    owner: SourceId,
  ): Promise<readonly { readonly type: ResourceType; readonly targetId: TargetId }[]>;
  /**
   * The acknowledged members of these groups, as source ids; and who was in one when it was adopted, by `strangerId`. Of
   * the groups that have any.
   */
  members(target: string, groups: readonly SourceId[]): Promise<ReadonlyMap<SourceId, readonly SourceId[]>>;
  /** What stands between these entries and the target, of those with such a record. */
  quarantined(target: string, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, QuarantineRecord>>;
  /** Keyed digests of the names (DNs) of these entries: the one that was noted last, then former ones. Of those that were noted. */
  names(directory: string, ids: readonly SourceId[]): Promise<ReadonlyMap<SourceId, readonly string[]>>;
  /** Who has or had these names. */
  named(directory: string, names: readonly string[]): Promise<ReadonlyMap<string, readonly SourceId[]>>;
  counts(target: string): Promise<LinkCounts>;
  /** By SCIM path: for how many the target has shown that it does not store what was sent. */
  unstored(target: string): Promise<Readonly<Record<string, number>>>;
  /** Members of groups, of all together, who have no entry: they were in a group when it was adopted, and stay. */
  strangers(target: string): Promise<number>;
  /** Intents without an outcome: requests that may have taken effect before a crash. */
  openIntents(target: string): Promise<readonly Intent[]>;
  /** Creations that the target refused last, and into which nobody has looked. */
  refusedCreations(target: string): Promise<readonly Intent[]>;
  target(name: string): Promise<TargetState>;
  /** What was noted about how to deal with a target; nothing before anything was. */
  notes(target: string): Promise<TargetNotes>;
  /** What the last comparison with what the target should have came to; undefined before the first. */
  verified(target: string): Promise<VerifiedRecord | undefined>;
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

/**
 * Marks those whom a reading shows, batch by batch, and then tells of the others. Marks are for whoever opened them, are
 * not durable. What is recorded while an answer is walked through neither adds to it nor hides any of it.
 */
export interface SeenMarks {
  mark(ids: readonly SourceId[]): Promise<void>;
  /** Links of these directories of entries without a mark, in batches. */
  unmarkedLinks(target: string, directories: ReadonlySet<string>): AsyncIterable<readonly Link[]>;
  /** Who is in quarantine and has no mark, in batches. */
  unmarkedQuarantine(target: string): AsyncIterable<readonly SourceId[]>;
  /** Whose names were noted, who has no mark, and of whom no target has a link; in batches. */
  unmarkedNames(directory: string): AsyncIterable<readonly SourceId[]>;
  close(): Promise<void>;
}

/** So many accounts of a type, of one target, are remembered by whose they were. */
export const mostFormerOwners = 100_000;

export interface LinkTotal {
  readonly target: string;
  readonly directory: string;
  readonly links: number;
}

/** By type: links by lifecycle, how many of them were adopted, and how many entries are troubled. */
export type LinkCounts = Readonly<
  Record<ResourceType, Readonly<Record<Link['lifecycle'] | 'adopted' | 'quarantined' | 'leftDisabled', number>>>
>;

import type { DirectoryIdentity } from '../core/model/directory-identity.ts';
import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { Link, TargetId } from '../core/model/link.ts';
import type { LogEntry } from '../core/model/log-entry.ts';
import type { TargetNotes } from './scim-target.ts';
import type {
  QuarantineRecord,
  Intent,
  TargetState,
  DirectoryState,
  RemovalRecord,
  VerifiedRecord,
} from './state-records.ts';

/** One thing that is to be remembered, or forgotten: a call of `record` takes some of them, in one transaction. */
export type StateChange =
  | { readonly kind: 'intent'; readonly intent: Intent }
  /** The intent is settled: it took effect and is linked, or it certainly did not. */
  | { readonly kind: 'settled'; readonly intent: Intent }
  /**
   * Inserts or replaces. Members are kept apart and survive, unless the target id is another one: whoever was created
   * again (`createdAt` is another one, too) is in no group and has no members; of whoever was found again under another
   * id, memberships and members are in doubt, and so is that they are in a group of ours that has this id as a stranger's.
   */
  | { readonly kind: 'link'; readonly link: Link }
  /**
   * The target was found to hold everything that comes of what these entries show: each with a proof (`prove.ts`) and the
   * stamp of the link that it was compared with (`linkStamp`). Nothing where the link is another one by now; without a stamp, it is the one that is there. A proof
   * ends with the link that it is of, and with whatever replaces it.
   */
  | {
      readonly kind: 'proved';
      readonly target: string;
      readonly proofs: readonly (readonly [id: SourceId, proof: string, stamp?: string])[];
    }
  | { readonly kind: 'quarantine'; readonly quarantine: QuarantineRecord }
  | { readonly kind: 'quarantine_over'; readonly target: string; readonly sourceId: SourceId }
  /**
   * What an entry that is gone had on the target passes to another one: its link, its members and its memberships. Its
   * quarantine record is forgotten.
   */
  | { readonly kind: 'relink'; readonly from: SourceId; readonly link: Link }
  /**
   * Forgets a link, its members and its quarantine record. Whose the account was is remembered, here and wherever
   * a link comes to an end; and which groups it is in, as memberships in doubt: the account may be there still, and
   * somebody be linked to it again.
   */
  | { readonly kind: 'unlink'; readonly target: string; readonly sourceId: SourceId }
  /** Who is in both lists is a member afterwards. Of nobody in either is it in doubt any more because a link ended. */
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
  /** What the last comparison came to. Apart from the target's state: it may end while a cycle is under way. */
  | { readonly kind: 'verified'; readonly target: string; readonly verified: VerifiedRecord }
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
  /** Forgets everything about these entries, on all targets and in all directories, and whose their accounts were. */
  | { readonly kind: 'erased'; readonly ids: readonly SourceId[] }
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
  /** The log goes on after this entry. Those up to `others` are of the state that was there before, with its own key. */
  | { readonly kind: 'log_head'; readonly seq: number; readonly others?: number };

import type { UnresolvedCounts } from '../core/mapping/unresolved.ts';
import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { TargetId } from '../core/model/link.ts';
import type { FailureClass } from '../core/model/outcome.ts';
import type { Hold, Verb } from '../core/model/plan.ts';
import type { ReasonCounts } from '../core/model/resource.ts';
import type { AbsenceReason } from '../core/model/reading.ts';
import type { DecisionRecord, UnusableDecision } from './decisions.ts';
import type { Failing, TargetState, VerifiedRecord } from './state-records.ts';
import type { LinkCounts, Opening } from './state-store.ts';

/**
 * The one stream of events from which logs, metrics, progress bars and the status page are made.
 * Observers must not throw and must not wait. Events carry source ids and numbers, never names or values.
 */
export type CycleObserver = (event: CycleEvent) => void;

export type CycleMode = 'full' | 'incremental';
/** `interrupted`: somebody stopped it, or a new configuration took over, before everything was done; it says nothing about its target. */
export type CycleResult = 'success' | 'partial' | 'held' | 'interrupted' | 'error';

export type CycleEvent =
  | { readonly kind: 'cycle_started'; readonly target: string; readonly mode: CycleMode; readonly cycle: string }
  /** A directory is being read from now on; `directory_read` or `directory_failed` ends it. */
  | { readonly kind: 'reading_started'; readonly directory: string }
  /** It goes on for long. */
  | { readonly kind: 'still_reading'; readonly directory: string; readonly since: string; readonly entries: number }
  | { readonly kind: 'entries_read'; readonly directory: string; readonly entries: number }
  | {
      readonly kind: 'directory_read';
      readonly directory: string;
      readonly verdict: 'complete' | 'delta';
      /** What is known of it now. */
      readonly users: number;
      readonly groups: number;
      /** Of a delta: how many entries came, changed or went. */
      readonly changed?: number | undefined;
      /** Why everything was read although something was known. */
      readonly because?: string | undefined;
      /** How changes are found from now on, and why so. */
      readonly changes?: string | undefined;
      readonly milliseconds: number;
    }
  | {
      readonly kind: 'directory_failed';
      readonly directory: string;
      readonly code: string;
      readonly message: string;
      readonly remedy?: string | undefined;
    }
  /** Every user of this host may write to these paths, and so decide who is in the directory. */
  | { readonly kind: 'open_to_all'; readonly directory: string; readonly paths: readonly string[] }
  /** Another server than before answers, by URL. */
  | { readonly kind: 'directory_failover'; readonly directory: string; readonly from: string; readonly to: string }
  /** What became of entries that were known and are not shown any more, by source id. */
  | {
      readonly kind: 'absent_entries';
      readonly directory: string;
      readonly absenceReasons: ReadonlyMap<SourceId, AbsenceReason>;
    }
  | { readonly kind: 'ldap_request_started'; readonly directory: string; readonly operation: string }
  | {
      readonly kind: 'ldap_request';
      readonly directory: string;
      readonly operation: string;
      readonly milliseconds: number;
      readonly outcome: 'success' | 'refused' | 'failed';
      /** URL of the server; of `connect` and `bind` only. */
      readonly server?: string | undefined;
    }
  | {
      readonly kind: 'plan_made';
      readonly target: string;
      readonly planId: string;
      readonly counts: Readonly<Record<Verb, number>>;
      readonly rejected: number;
      /** The same, by reason. */
      readonly reasons: ReasonCounts;
    }
  /** Entries that could not be looked for on the target, and wait. */
  | {
      readonly kind: 'search_failed';
      readonly target: string;
      readonly type: ResourceType;
      readonly count: number;
      readonly failure: FailureClass;
      readonly status?: number | undefined;
    }
  /** The target does not have someone any more who had left the directory, under any name: the link was forgotten. */
  | {
      readonly kind: 'link_forgotten';
      readonly target: string;
      readonly type: ResourceType;
      readonly sourceId: SourceId;
      readonly targetId: TargetId;
    }
  | { readonly kind: 'held'; readonly target: string; readonly hold: Hold }
  /** What came of a person's decision. */
  | { readonly kind: 'decided'; readonly target: string; readonly record: DecisionRecord }
  /** A file among the decisions is none, or is for no target. */
  | { readonly kind: 'decision_unusable'; readonly file: string; readonly because: UnusableDecision['because'] }
  | {
      readonly kind: 'operation_finished';
      readonly target: string;
      readonly type: ResourceType;
      readonly sourceId: string;
      readonly verb: Verb;
      readonly outcome: 'applied' | 'failed' | 'skipped';
      readonly failure?: FailureClass | undefined;
      readonly status?: number | undefined;
      /** The target's own words. May name a person: for debug logs and terminals only. */
      readonly detail?: string | undefined;
      /** From the reading that showed the change to the acknowledgement. */
      readonly delayMilliseconds: number;
    }
  /** Operations of one kind failed in a row, so many or without any answer, that the rest of them waits; the target answers otherwise. */
  | {
      readonly kind: 'operations_given_up';
      readonly target: string;
      readonly verb: Verb;
      readonly type: ResourceType;
      /** Of the last one. */
      readonly failure: FailureClass;
      readonly status?: number | undefined;
      readonly inARow: number;
      readonly notStarted: number;
    }
  | { readonly kind: 'scim_request_started'; readonly target: string; readonly method: string }
  | {
      readonly kind: 'scim_request';
      readonly target: string;
      readonly method: string;
      /** HTTP status, or 0 when there was no answer. */
      readonly status: number;
      readonly milliseconds: number;
    }
  /** Something was thrown while an answer of the target was worked with: that call or operation has failed. */
  | { readonly kind: 'answer_unusable'; readonly target: string; readonly thrown: unknown }
  /** A target that was quiet for some time was asked for next to nothing; with what is wrong when it is not there. */
  | {
      readonly kind: 'target_probed';
      readonly target: string;
      readonly error?: { readonly code: string; readonly message: string; readonly remedy: string } | undefined;
    }
  | { readonly kind: 'throttled'; readonly target: string; readonly milliseconds: number }
  /** A request waited for its turn: for the configured rate, or for a pause that the target asked for. */
  | { readonly kind: 'rate_limit_wait'; readonly target: string; readonly milliseconds: number }
  /** How much names nobody who is read; `isNews`: it is another number than before. */
  | {
      readonly kind: 'unresolved_counted';
      readonly target: string;
      readonly counts: UnresolvedCounts;
      readonly isNews: boolean;
    }
  | {
      readonly kind: 'resources_counted';
      readonly target: string;
      readonly counts: LinkCounts;
      readonly pending: number;
      readonly pendingResources?: TargetState['pendingResources'];
      /** Whether the target is left alone as a whole; as it was, where nothing is said. */
      readonly quarantined?: boolean | undefined;
      /** Where the target has a number of seats. */
      readonly seats?: TargetState['seats'];
      readonly unstored: Readonly<Record<string, number>>;
      /** Members of adopted groups whom the directory does not have. */
      readonly strangers: number;
    }
  /** A comparison of the target with what it should have has ended, or is recalled from the state after a start. */
  | {
      readonly kind: 'verified';
      readonly target: string;
      readonly verified: VerifiedRecord;
      readonly milliseconds: number;
      readonly isNews: boolean;
    }
  | {
      readonly kind: 'verify_failed';
      readonly target: string;
      readonly code: string;
      readonly message: string;
      readonly remedy?: string | undefined;
    }
  /** What became of a notification. `problem` without addresses. */
  | {
      readonly kind: 'notified';
      readonly notifier: string;
      readonly condition: string;
      readonly outcome: 'sent' | 'failed' | 'dropped';
      readonly problem?: string | undefined;
    }
  | { readonly kind: 'state_opened'; readonly folder: string; readonly opening: Opening }
  | { readonly kind: 'state_written'; readonly result: 'success' | 'error'; readonly journalBytes: number }
  | {
      readonly kind: 'cycle_finished';
      readonly target: string;
      readonly mode: CycleMode;
      readonly cycle: string;
      readonly result: CycleResult;
      readonly milliseconds: number;
      /** How much was not tried, because it failed before and its pause is not over. */
      readonly deferred: number;
      /** Absent when nothing was left undone for a failure. */
      readonly failing?: Failing | undefined;
      /** Whether the target is left alone as a whole from now on. */
      readonly quarantined?: boolean | undefined;
      readonly error?:
        { readonly code: string; readonly message: string; readonly remedy?: string | undefined } | undefined;
    };

import type { SourceId } from '../core/model/entry.ts';
import type { HeldOperation, Verb } from '../core/model/plan.ts';

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

/**
 * Carry out what is held, leave it undone, carry out what is due for one entry (`push`), or give back what a cycle took
 * away (`undo`), and leave that undone from then on. `retry`: try again what failed, without waiting for its pause.
 */
export type DecisionKind = 'approve' | 'reject' | 'push' | 'undo' | 'retry';

/** What a person wants done about one hold of one target. */
export interface Decision {
  readonly target: string;
  /** Of a push: an id of its own. Of an undo: that of the cycle, with a word before it. */
  readonly holdId: string;
  readonly decision: DecisionKind;
  /** ISO 8601. Good for 24 hours. */
  readonly at: string;
  readonly by?: Decider | undefined;
  /** Given before any cycle has held it: it waits for the cycle that holds exactly that. */
  readonly early?: boolean | undefined;
  /** Of a retry: whom it is about; without it, everybody. */
  readonly sourceId?: SourceId | undefined;
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

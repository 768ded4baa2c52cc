import type { Verb } from '../core/model/plan.ts';

/** What a person is told of, once for each change. */
export type Condition = 'held' | 'quarantined' | 'failing' | 'recovered';

/** Numbers and names from the configuration; never a person. */
export interface Notification {
  /** Unique, the same for each repetition: who receives it may leave out what came before. */
  readonly id: string;
  readonly condition: Condition | 'test';
  /** Of a test: none. */
  readonly target?: string | undefined;
  /** ISO 8601. */
  readonly at: string;
  /** One line for people. */
  readonly summary: string;
  /** What to do, in a line or a command. */
  readonly remedy?: string | undefined;
  /** Of `recovered`: what is over. */
  readonly from?: Exclude<Condition, 'recovered'> | undefined;
  /** Of `held`. */
  readonly hold?:
    | {
        readonly holdId: string;
        readonly operations: Readonly<Partial<Record<Verb, number>>>;
        /** Which limits or rules of the guard it is above. */
        readonly findings: readonly string[];
      }
    | undefined;
  /** Of `failing`: the code of what ended the last cycle, where something did, and in how many cycles in a row. */
  readonly failing?:
    { readonly since: string; readonly cycles: number; readonly code?: string | undefined } | undefined;
  /** Of `quarantined`: how many. */
  readonly quarantined?: number | undefined;
}

/** Somebody who is told. */
export interface Notifier {
  /** For people: which one it is, without what is secret in its address. */
  readonly name: string;
  readonly conditions: ReadonlySet<Condition>;
  /**
   * One try.
   *
   * @returns what came of it; `again`: whether another try makes sense
   */
  deliver(notification: Notification, signal: AbortSignal): Promise<Delivery>;
}

export type Delivery =
  | { readonly ok: true }
  /** `problem` without what is secret: `HTTP 404`, `no answer within 10 s`, or our own code, why and remedy. */
  | { readonly ok: false; readonly problem: string; readonly again: boolean };

import type { TargetId } from './link.ts';

/**
 * Why a request did not take effect. Retry, quarantine and the target's pause read the class, never a status.
 *
 * - `transient` the target or the network failed, before or without effect; try again
 * - `throttled` too many requests
 * - `unknown`   sent, no answer: it may have taken effect
 * - `conflict`  something with the same identity exists (409 and its many disguises)
 * - `gone`      the target does not have this id (404)
 * - `rejected`  this content is not acceptable; sending it again is pointless
 * - `unsupported` the target cannot do this at all (501, or 404/405 on the endpoint)
 * - `auth`      our credentials are refused: nothing else will work either
 * - `protocol`  the answer makes no sense (HTML, redirect, no id)
 */
export type FailureClass =
  | 'transient'
  | 'throttled'
  | 'unknown'
  | 'conflict'
  | 'gone'
  | 'rejected'
  | 'unsupported'
  | 'auth'
  | 'protocol';

export interface Failure {
  readonly class: FailureClass;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** For people: the target's own words, cleaned and shortened. May name a person: never logged above debug, never stored. */
  readonly detail: string;
}

/** The result of one write. */
export type Outcome =
  | {
      readonly kind: 'applied';
      readonly id: TargetId;
      readonly version?: string | undefined;
      /** Of a group that was created with members: who is in it. */
      readonly members?: readonly TargetId[] | undefined;
    }
  | { readonly kind: 'failed'; readonly failure: Failure };

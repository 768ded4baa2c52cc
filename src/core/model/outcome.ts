import type { TargetId } from './link.ts';
import type { ReasonCode } from './resource.ts';

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
 * - `renumbered` what the id names is somebody else's now: nothing more may be written by any id that is known
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
  | 'protocol'
  | 'renumbered';

/** What is refused, and would be the next time. Of other classes nobody knows. */
const refusals: ReadonlySet<string> = new Set<FailureClass>(['rejected', 'conflict', 'unsupported']);

/** @param failureClass or any other cause by which something was not done */
export function isRefusal(failureClass: string): boolean {
  return refusals.has(failureClass);
}

export interface Failure {
  /** What stands in the way, where it is not the target that refuses. */
  readonly reason?: ReasonCode | undefined;
  /** The account that stands in the way. */
  readonly targetId?: TargetId | undefined;
  readonly class: FailureClass;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** It was waited for long: whoever asks next most likely waits as long for nothing. */
  readonly late?: true | undefined;
  /** What was looked for is there, under an id that cannot be used, so that nothing can be done about it; `off`: it is switched off. */
  readonly unnamable?: 'on' | 'off' | undefined;
  /** It came after requests that may have taken effect all the same, or that were taken in part: it does not say that nothing was done. */
  readonly inPart?: true | undefined;
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
      /** Of a create: the answer shows an account that was there before. */
      readonly existed?: true | undefined;
      /** Of a create: the answer shows an account that is somebody else's by its externalId or name. */
      readonly others?: true | undefined;
      /** Of a create: the answer shows another name than was sent, and nothing that tells whether it was made just now. */
      readonly unproven?: true | undefined;
      /** Of a create: the answer shows the externalId that was sent. */
      readonly named?: true | undefined;
      /** Of a create of someone inactive: the target made them active all the same. */
      readonly active?: true | undefined;
      readonly shown?: Shown | undefined;
    }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What the target showed after a write, as far as it differs from what was sent or known. Nothing was asked for it that had not to be. */
export interface Shown {
  /** Paths of what was sent that the target has not stored as it was sent, in any form that is known. */
  readonly unstored?: readonly string[] | undefined;
  /** Paths whose value has to be sent again: it went with something else, or a create did not take it. */
  readonly lost?: readonly string[] | undefined;
  /** Of a group: whom it shows as its members, where it shows them all. */
  readonly members?: readonly TargetId[] | undefined;
  /** Of a group: the target was seen to take others out with those whom it was asked to, so that whoever is not shown is out. */
  readonly tookOthers?: true | undefined;
}

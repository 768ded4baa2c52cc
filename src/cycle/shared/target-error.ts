import { BridgeError } from '../../core/model/errors.ts';
import { count } from '../../core/wording/count.ts';
import type { Failure } from '../../core/model/outcome.ts';

/**
 * The credentials are refused, or ids were given out anew: nothing else works either, and every further request could only
 * do harm (lock-outs, writes to the wrong account).
 */
export function endsAll({ class: failureClass }: Failure): boolean {
  return failureClass === 'auth' || failureClass === 'renumbered';
}

/** What a failure of the target as a whole means to the person who has to mend it. */
export function targetError(target: string, failure: Failure): BridgeError {
  const why = publicWords(failure);
  const said = ownWords(failure);
  switch (failure.class) {
    case 'auth':
      return new BridgeError(
        'D2S_TARGET_AUTH',
        `target ${target} refuses our credentials (${why})`,
        failure.status === 403
          ? 'check the token of this target, what it may do, and that url is the SCIM base URL'
          : 'check the token of this target and what it may do',
        undefined,
        said,
      );
    case 'transient':
    case 'throttled':
    case 'unknown':
      return new BridgeError(
        'D2S_TARGET_UNREACHABLE',
        `target ${target} does not answer (${why})`,
        'a later cycle sends what is left; look at the target and the network between',
        undefined,
        said,
      );
    case 'renumbered':
      return new BridgeError(
        'D2S_TARGET_RENUMBERED',
        `target ${target} answered about somebody else than it was asked about (${why})`,
        'its ids are not what they were: look whom the last change concerned, then link everybody anew: dir2scim state reset ' +
          target,
        undefined,
        said,
      );
    case 'conflict':
    case 'gone':
    case 'rejected':
    case 'unsupported':
    case 'protocol':
      return new BridgeError(
        'D2S_TARGET_PROTOCOL',
        `target ${target} does not answer as a SCIM service (${why})`,
        'check that url is the SCIM base URL of this target',
        undefined,
        said,
      );
  }
}

/** The same of one that did not answer, while it is not asked, because what failed is not due yet. */
export function standingTargetError(target: string, waiting: number): BridgeError {
  return new BridgeError(
    'D2S_TARGET_UNREACHABLE',
    `target ${target} did not answer when it was last asked; ${count(waiting, 'change')} ${waiting === 1 ? 'waits' : 'wait'} for the next attempt`,
    'look at the target and the network between',
  );
}

/** What may stand in an error, and so in the log. The target's own words may name a person; what we found out by ourselves does not. */
export function publicWords({ class: failureClass, status, detail }: Failure): string {
  return status === undefined || failureClass === 'protocol' || failureClass === 'renumbered'
    ? detail
    : `HTTP ${status}`;
}

/** The target's own words, where it has any beyond its status: for terminals only. */
export function ownWords({ class: failureClass, status, detail }: Failure): string | undefined {
  const isOurs = status === undefined || failureClass === 'protocol' || failureClass === 'renumbered';
  return isOurs || /^HTTP \d+/.test(detail) ? undefined : detail;
}

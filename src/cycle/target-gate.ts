import { BridgeError, type ErrorCode } from '../core/model/errors.ts';
import { count } from '../core/wording/count.ts';
import { pauseWords } from '../core/wording/pause-words.ts';
import type { LeftDecisions } from '../ports/decisions.ts';
import type { TargetPause } from '../ports/state-records.ts';
import type { CycleInput } from './cycle-input.ts';
import { isResting } from './quarantine/target-pause.ts';
import { targetError } from './shared/target-error.ts';

/** Whether a cycle may ask its target for anything. */
export type Gate =
  | { readonly kind: 'open' }
  /** It does not answer a search as it should: tokens that may write and not read exist, so that ends of access are tried. */
  | { readonly kind: 'refused'; readonly error: BridgeError }
  /** It is left alone: nothing is sent, and nothing new is known. */
  | { readonly kind: 'closed'; readonly error: BridgeError };

/**
 * Asks a target that is in quarantine for next to nothing before a cycle goes on with it, once its rest is over or a
 * person wants it tried.
 */
export async function passGate(
  { setup: { target }, store, attempt, clock, signal }: CycleInput,
  waiting: LeftDecisions['waiting'],
): Promise<Gate> {
  const { quarantine } = await store.target(target.name);
  if (quarantine === undefined) return { kind: 'open' };
  const isReleased = waiting.some(
    (one) =>
      one.target === target.name &&
      one.decision === 'retry' &&
      one.sourceId === undefined &&
      Date.parse(one.at) > Date.parse(quarantine.triedAt),
  );
  if (isResting(quarantine, clock.now()) && attempt === 'due' && !isReleased)
    return { kind: 'closed', error: restingError(target.name, quarantine) };
  const result = await target.probe(signal);
  if (result.kind === 'answers') return { kind: 'open' };
  return { kind: 'refused', error: targetError(target.name, result.failure) };
}

const codes: Readonly<Record<TargetPause['cause'], ErrorCode>> = {
  auth: 'D2S_TARGET_AUTH',
  protocol: 'D2S_TARGET_PROTOCOL',
  failures: 'D2S_OPERATIONS_FAILED',
};

const remedies: Readonly<Record<TargetPause['cause'], string>> = {
  auth: 'check the token of this target and what it may do',
  protocol: 'check that url is the SCIM base URL of this target',
  failures: 'look at the target',
};

function restingError(target: string, { cause, attempts, retryAt }: TargetPause): BridgeError {
  return new BridgeError(
    codes[cause],
    `target ${target} is in quarantine: ${pauseWords[cause]} (${count(attempts, 'attempt')}); it is asked again after ${retryAt}`,
    `${remedies[cause]}; dir2scim retry --all --target ${target} tries at once`,
  );
}

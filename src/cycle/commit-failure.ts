import type { BridgeError } from '../core/model/errors.ts';
import type { ScimTarget } from '../ports/scim-target.ts';
import type { TargetState } from '../ports/state-records.ts';
import type { CycleInput } from './cycle-input.ts';
import { errorRecord, isOld } from './cycle-record.ts';
import { failingNow } from './failing.ts';
import { pauseAfterError } from './quarantine/target-pause.ts';
import { newNotes } from './shared/target-notes.ts';

type FailureInput = Pick<CycleInput, 'store' | 'clock' | 'failures' | 'isStopping'>;

/** A cycle that failed leaves its mark in the state, if the state can be written at all. Returns since when cycles fail. */
export async function commitError(
  target: string,
  error: BridgeError,
  input: FailureInput,
  scimTarget?: ScimTarget,
): Promise<TargetState['failing']> {
  const { store, clock, failures } = input;
  try {
    const state = await store.target(target);
    const lastError = errorRecord(state, error, new Date(clock.now()).toISOString());
    const failing = failingNow(target, state, 'error', input);
    failures?.note(target, failing);
    const isWritten =
      failures === undefined || state.lastError?.code !== error.code || isOld(state.failing?.at, clock.now());
    const pause = scimTarget === undefined ? undefined : pauseAfterError(state.quarantine, error.code, clock.now());
    const quarantine = pause ?? state.quarantine;
    await store.record([
      ...(scimTarget === undefined ? [] : newNotes(scimTarget)), // above all that it wants to be left alone
      ...(isWritten || pause !== undefined
        ? [
            {
              kind: 'target',
              target,
              state: { ...state, lastResult: 'error', lastError, quarantine, failing },
            } as const,
          ]
        : []),
    ]);
    return failing;
  } catch {
    // What ended the cycle is the error to report; a state that cannot be written ends the next cycle by itself.
    return failures?.of(target);
  }
}

/** A cycle that was stopped leaves the state as it was, but for what the target taught. Returns since when cycles fail. */
export async function commitInterruption(
  target: string,
  { store, failures }: FailureInput,
  scimTarget?: ScimTarget,
): Promise<TargetState['failing']> {
  const before = failures?.of(target);
  try {
    const notes = scimTarget === undefined ? [] : newNotes(scimTarget);
    if (notes.length > 0) await store.record(notes);
    return before ?? (await store.target(target)).failing;
  } catch {
    // The state may be what ended it: the next run tells.
    return before;
  }
}

/** A cycle that left its target alone changes nothing but the count of those that fail. */
export async function commitRest(target: string, input: FailureInput): Promise<TargetState['failing']> {
  const failing = failingNow(target, await input.store.target(target), 'error', input);
  input.failures?.note(target, failing);
  return failing;
}

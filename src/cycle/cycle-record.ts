import { isDeepStrictEqual } from 'node:util';
import type { BridgeError } from '../core/model/errors.ts';
import type { TargetState } from '../ports/state-records.ts';
import type { CycleInput } from './cycle-input.ts';

/** How old the times in the state may become while nothing else changes: a silent cycle writes nothing. */
const restMilliseconds = 60_000;

/** Whether a cycle changed what the state says of a target, or what it says is old. */
export function isWorthWriting(state: TargetState, next: TargetState, { clock, failures }: CycleInput): boolean {
  if (isOld(state.lastCycleAt, clock.now())) return true;
  // Marks were written before something was sent that goes by them. What is counted in memory need not be written each time.
  const untimed = ({ failing, ...one }: TargetState): TargetState => ({
    ...one,
    lastSuccessAt: undefined,
    lastCycleAt: undefined,
    marks: undefined,
    failing: failures === undefined ? failing : failing && { ...failing, at: '', cycles: 0 },
  });
  return !isSameState(untimed(state), untimed(next));
}

/** Whether a time in the state has to be written anew: also when there is none, or when the clock was set back. */
export function isOld(at: string | undefined, now: number): boolean {
  const age = now - Date.parse(at ?? '');
  return !(age >= 0 && age < restMilliseconds);
}

/** As text: what the state gives back has no keys for what is undefined. */
export function isSameState(one: TargetState, other: TargetState): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

/** The error that ended a cycle, with the time since when it has been the same. */
export function errorRecord(state: TargetState, { code }: BridgeError, at: string): TargetState['lastError'] {
  return state.lastError?.code === code ? state.lastError : { code, since: at };
}

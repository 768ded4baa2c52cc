import type { Dispatcher } from 'undici';
import type { Clock } from '../../../ports/clock.ts';
import type { Network } from './network.ts';
import type { AnswerLength, Places } from '../shared/answer-places.ts';
import { shortAnswer, usualAnswer } from '../shared/bounds.ts';

/** Time that somebody has, in which what we hold them up for ourselves does not count. */
export interface Patience {
  stop(): void;
  goOn(): void;
}

/**
 * Holds an answer up until there is a place for it, when it has become longer than usual.
 *
 * @param onHeld called when it has to wait for that
 * @returns to be told after each piece how much came so far
 */
export function createHoldUp(
  places: Places,
  patience: Patience,
  isOver: () => boolean,
  onHeld: () => void,
): (answer: Dispatcher.DispatchController, bytes: number) => void {
  let length: AnswerLength | undefined;
  const holdUp = async (answer: Dispatcher.DispatchController, wanted: AnswerLength): Promise<void> => {
    answer.pause();
    patience.stop();
    await places.enter(wanted, onHeld);
    if (isOver() || wanted !== length) return;
    patience.goOn();
    answer.resume();
  };
  return (answer, bytes) => {
    const grown = lengthOf(bytes);
    if (grown === undefined || grown === length) return;
    length = grown;
    void holdUp(answer, grown);
  };
}

/** Undefined: as short as nearly all. */
function lengthOf(bytes: number): AnswerLength | undefined {
  if (bytes <= usualAnswer) return undefined;
  return bytes <= shortAnswer ? 'medium' : 'long';
}

/** By what patience is measured. */
export interface Time {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly network: Pick<Network, 'after'>;
}

/** @param onOver called when so much time was used up */
export function startPatience(milliseconds: number, { clock, network }: Time, onOver: () => void): Patience {
  let left = milliseconds;
  let began = clock.monotonic();
  let cancel: (() => void) | undefined = network.after(left, onOver);
  return {
    stop() {
      if (cancel === undefined) return;
      cancel();
      cancel = undefined;
      left -= clock.monotonic() - began;
    },
    goOn() {
      if (cancel !== undefined) return;
      began = clock.monotonic();
      cancel = network.after(Math.max(0, left), onOver);
    },
  };
}

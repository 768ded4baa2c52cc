import type { Dispatcher } from 'undici';
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

/** @param onOver called when so much time was used up */
export function startPatience(milliseconds: number, onOver: () => void): Patience {
  let left = milliseconds;
  let began = performance.now();
  let timer: NodeJS.Timeout | undefined = setTimeout(onOver, left);
  return {
    stop() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left -= performance.now() - began;
    },
    goOn() {
      if (timer !== undefined) return;
      began = performance.now();
      timer = setTimeout(onOver, Math.max(0, left));
    },
  };
}

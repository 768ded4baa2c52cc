import type { Dispatcher } from 'undici';
import type { Clock } from '../../../ports/clock.ts';
import type { Network } from './network.ts';
import type { AnswerLength, Places } from '../shared/answer-places.ts';
import { shortAnswer, usualAnswer } from '../shared/bounds.ts';
import { mayPause } from './turns.ts';

/** Time that somebody has, in which what we hold them up for ourselves does not count. */
export interface Patience {
  stop(): void;
  goOn(): void;
}

/** Pieces of an answer between two looks at the clock. Usual ones have fewer. */
const piecesBetween = 100;

/**
 * Holds an answer up until there is a place for it, when it has become longer than usual, and now and then until others
 * had their turn, when it comes in many pieces: a chunk may have one byte.
 *
 * @param onHeld called when it has to wait for a place
 * @returns to be told after each piece how much came so far
 */
export function createHoldUp(
  places: Places,
  patience: Patience,
  isOver: () => boolean,
  onHeld: () => void,
): (answer: Dispatcher.DispatchController, bytes: number) => void {
  let length: AnswerLength | undefined;
  let pieces = 0;
  let hasPlace = true;
  let hasTurn = true;
  const goOn = (answer: Dispatcher.DispatchController): void => {
    if (hasPlace && hasTurn && !isOver()) answer.resume();
  };
  const waitForPlace = async (answer: Dispatcher.DispatchController, wanted: AnswerLength): Promise<void> => {
    hasPlace = false;
    answer.pause();
    patience.stop();
    await places.enter(wanted, onHeld);
    if (isOver() || wanted !== length) return;
    hasPlace = true;
    patience.goOn();
    goOn(answer);
  };
  const waitForTurn = async (answer: Dispatcher.DispatchController, turn: Promise<void>): Promise<void> => {
    hasTurn = false;
    answer.pause();
    await turn;
    hasTurn = true;
    goOn(answer);
  };
  return (answer, bytes) => {
    const grown = lengthOf(bytes);
    if (grown !== undefined && grown !== length) {
      length = grown;
      void waitForPlace(answer, grown);
    }
    pieces += 1;
    const turn = hasTurn && pieces % piecesBetween === 0 ? mayPause() : undefined;
    if (turn !== undefined) void waitForTurn(answer, turn);
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

import { AsyncLocalStorage } from 'node:async_hooks';
import { longAnswers, mediumAnswers } from './bounds.ts';

/** `medium`: an answer of more than a few kilobytes. `long`: one of more than anybody sends about one user. */
export type AnswerLength = 'medium' | 'long';

/** The places that one call has for its answers, until it ends. */
export interface Places {
  /**
   * Resolves when there is a place; at once when it has one already, for such an answer or a longer one.
   *
   * @param onWait called where there is none now: whoever waits must hold nothing that those need who have the places
   */
  enter(length: AnswerLength, onWait?: () => void): Promise<void>;
  /** Frees the places, or gives up waiting for them. */
  leave(): void;
}

/** The places of one target. */
export interface TargetPlaces {
  /** What is read within the call counts until the call has ended: what came stands in memory so long. */
  ofCall<T>(call: () => Promise<T>): Promise<T>;
  /** Those of the call that is under way; new ones where there is none, for whoever opened them to leave. */
  current(): { readonly places: Places; readonly isOwn: boolean };
}

/** The places of all targets of the process. */
export interface AnswerPlaces {
  open(): TargetPlaces;
}

/**
 * Answers that are longer than usual are read a few at a time, whatever the number of targets: all of them at once would
 * not fit into memory. Each target always has one place of each length, however slow the others are, and of the
 * rest whoever has the fewest gets the next. Waiting for a place costs neither time nor a try.
 */
export function createAnswerPlaces(most = { medium: mediumAnswers, long: longAnswers }): AnswerPlaces {
  const rooms = { medium: createRoom(most.medium), long: createRoom(most.long) };
  return {
    open() {
      const seats = { medium: rooms.medium(), long: rooms.long() };
      const calls = new AsyncLocalStorage<Places>();
      return {
        async ofCall(call) {
          const places = createPlaces(seats);
          try {
            return await calls.run(places, call);
          } finally {
            places.leave();
          }
        },
        current() {
          const places = calls.getStore();
          return places === undefined ? { places: createPlaces(seats), isOwn: true } : { places, isOwn: false };
        },
      };
    },
  };
}

function createPlaces(seats: Readonly<Record<AnswerLength, Seats>>): Places {
  const held = new Map<AnswerLength, Seat>();
  return {
    enter(length, onWait) {
      // Who has a long one waits for no other: they would have what the others wait for.
      if (held.get('long')?.isGiven() === true) return Promise.resolve();
      const seat = held.get(length) ?? seats[length]();
      held.set(length, seat);
      if (!seat.isGiven()) onWait?.();
      return seat.given;
    },
    leave() {
      for (const seat of held.values()) seat.free();
      held.clear();
    },
  };
}

/** One place, or the wish for one. */
interface Seat {
  readonly given: Promise<void>;
  isGiven(): boolean;
  free(): void;
}

/** Takes a place for a target, or waits for one. */
type Seats = () => Seat;

interface Guest {
  taken: number;
  readonly waiting: (() => void)[];
}

function createRoom(most: number): () => Seats {
  const guests = new Set<Guest>();
  let taken = 0;

  const give = (): void => {
    for (;;) {
      let next: Guest | undefined;
      for (const guest of guests) if (next === undefined || guest.taken < next.taken) next = guest;
      if (next === undefined || (taken >= most && next.taken > 0)) return;
      const enter = next.waiting.shift();
      if (next.waiting.length === 0) guests.delete(next);
      taken += 1;
      next.taken += 1;
      enter?.();
    }
  };

  return () => {
    const guest: Guest = { taken: 0, waiting: [] };
    return () => {
      let isGiven = false;
      let enter = (): void => undefined;
      const given = new Promise<void>((resolve) => {
        enter = () => {
          isGiven = true;
          resolve();
        };
      });
      guest.waiting.push(enter);
      guests.add(guest);
      give();
      return {
        given,
        isGiven: () => isGiven,
        free() {
          if (isGiven) {
            taken -= 1;
            guest.taken -= 1;
          } else guest.waiting.splice(guest.waiting.indexOf(enter), 1);
          if (guest.waiting.length === 0) guests.delete(guest);
          give();
        },
      };
    };
  };
}

import { longAnswers } from '../shared/bounds.ts';

/** A place among the long answers that are read at once, for one answer. */
export interface Lease {
  /** Resolves when there is a place; at once when it has one. */
  enter(): Promise<void>;
  /** Frees the place, or gives up waiting for one. */
  leave(): void;
}

/** Long answers are read a few at a time: all of them at once would not fit into memory. */
export function createLongAnswers(most = longAnswers): () => Lease {
  let taken = 0;
  const waiting: (() => void)[] = [];

  const give = (): void => {
    if (taken >= most) return;
    const next = waiting.shift();
    if (next === undefined) return;
    taken += 1;
    next();
  };

  return () => {
    let entering: Promise<void> | undefined;
    let isWaiting: (() => void) | undefined;
    return {
      enter() {
        entering ??= new Promise<void>((resolve) => {
          isWaiting = resolve;
          waiting.push(resolve);
          give();
        });
        return entering;
      },
      leave() {
        if (isWaiting === undefined) return;
        const at = waiting.indexOf(isWaiting);
        if (at === -1) taken -= 1;
        else waiting.splice(at, 1);
        isWaiting = undefined;
        give();
      },
    };
  };
}

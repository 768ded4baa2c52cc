/**
 * Work on everybody, in small steps: whoever carries it out may let others have their turn between two of them. Pure, like
 * everything here: it knows nothing of time.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Carries it out in one go. */
export function inOneGo<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

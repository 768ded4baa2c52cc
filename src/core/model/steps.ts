/**
 * Work on everybody, in small steps: whoever carries it out may let others have their turn between two of them. Pure, like
 * everything here: it knows nothing of time.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Elements of a long list between two places where it may be interrupted. */
const elementsBetween = 100;

/** Goes through what may be long. */
export function* eachInSteps<T>(list: Iterable<T>, each: (element: T) => void): Steps<void> {
  let left = 0;
  for (const element of list) {
    if (left === 0) {
      yield;
      left = elementsBetween;
    }
    left -= 1;
    each(element);
  }
}

/** Whether this is so of any of them. */
export function* anyInSteps<T>(list: Iterable<T>, test: (element: T) => boolean): Steps<boolean> {
  const found = { any: false };
  yield* eachInSteps(list, (element) => {
    found.any ||= test(element);
  });
  return found.any;
}

/** Carries it out in one go. */
export function inOneGo<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

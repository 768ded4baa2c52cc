/** How long the work on answers may keep everybody else waiting, all of it together. */
const sliceMilliseconds = 10;

/** When the slice began that is being used up. There is one event loop, and so there is one slice at a time. */
let began = 0;
const waiting: (() => void)[] = [];

/**
 * For work on what a target sent, which may be much: asked now and then, it lets others have their turn. Several who work
 * at once share the time: one of them has a slice, then the event loop has its turn, then the next.
 *
 * @returns undefined while there is time left; otherwise what to wait for before going on
 */
export function mayPause(): Promise<void> | undefined {
  if (performance.now() - began < sliceMilliseconds) return undefined;
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(next);
  });
}

/** Elements between two looks at the clock. */
const elementsBetween = 500;

/** Goes through a list that may be long, and lets others have their turn meanwhile. */
export async function eachInTurns<T>(list: readonly T[], each: (element: T) => void): Promise<void> {
  for (let from = 0; from < list.length; from += elementsBetween) {
    await mayPause();
    for (const element of list.slice(from, from + elementsBetween)) each(element);
  }
}

function next(): void {
  began = performance.now();
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}

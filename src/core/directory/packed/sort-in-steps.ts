import type { Steps } from '../../model/steps.ts';

/** Comparisons between two places where it may be interrupted. */
const between = 1_000;

/**
 * The same numbers in order. What is in order already takes a comparison each: by runs that are there, and merged two and
 * two (John von Neumann's merge sort), a step for some hundred comparisons.
 */
export function* sortInSteps(
  numbers: Uint32Array,
  compare: (one: number, other: number) => number,
): Steps<Uint32Array> {
  let from = numbers.slice();
  let into = new Uint32Array(numbers.length);
  let runs = yield* findRuns(from, compare);
  while (runs.length > 2) {
    const merged = [0];
    for (let run = 0; run + 1 < runs.length; run += 2) {
      const [start = 0, middle = from.length, end = from.length] = runs.slice(run, run + 3);
      yield* merge(from, into, { start, middle, end }, compare);
      merged.push(end);
    }
    runs = merged;
    [from, into] = [into, from];
  }
  return from;
}

/** Where each run begins, and the end of the last one. */
function* findRuns(numbers: Uint32Array, compare: (one: number, other: number) => number): Steps<number[]> {
  const runs = [0];
  for (let at = 1; at < numbers.length; at += 1) {
    if (at % between === 0) yield;
    if (compare(numbers[at - 1] ?? 0, numbers[at] ?? 0) > 0) runs.push(at);
  }
  if (numbers.length > 0) runs.push(numbers.length);
  return runs;
}

function* merge(
  from: Uint32Array,
  into: Uint32Array,
  { start, middle, end }: { readonly start: number; readonly middle: number; readonly end: number },
  compare: (one: number, other: number) => number,
): Steps<void> {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at += 1) {
    if (at % between === 0) yield;
    const takesRight = left >= middle || (right < end && compare(from[left] ?? 0, from[right] ?? 0) > 0);
    into[at] = from[takesRight ? right++ : left++] ?? 0;
  }
}

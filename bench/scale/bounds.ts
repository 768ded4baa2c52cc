import type { Measured } from './measure.ts';

/** A row of `cycles.ts`. */
export interface Row extends Measured {
  readonly what: string;
  readonly calls: number;
}

interface Bound {
  readonly what: string;
  readonly of: (rows: readonly Row[]) => number | undefined;
  readonly atMost: number;
  readonly unit: string;
}

const row = (rows: readonly Row[], what: string): Row | undefined => rows.find((one) => one.what === what);

/** By how many users: megabytes in step, and at most in the life of the process; milliseconds of the longest turn. */
const sizes: readonly {
  readonly users: number;
  readonly inStep: number;
  readonly peak: number;
  readonly turn: number;
}[] = [
  { users: 100_000, inStep: 256, peak: 350, turn: 50 },
  { users: 200_000, inStep: 400, peak: 512, turn: 50 },
  { users: 1_000_000, inStep: 1_024, peak: 1_536, turn: 100 },
];

const smallChanges = ['a newcomer', 'joins a group of 20', 'joins the largest group'];

/** What was measured against what it should be, line by line. Sizes between two are measured by the larger one's bounds. */
export function verdicts(users: number, rows: readonly Row[], peak: number): string[] {
  const size = sizes.find((one) => users <= one.users) ?? sizes.at(-1);
  if (size === undefined) return [];
  const bounds: Bound[] = [
    {
      what: 'in step, resident',
      of: (all) => all.findLast(({ what }) => what === 'nothing new')?.resident,
      atMost: size.inStep,
      unit: 'MB',
    },
    { what: 'most memory', of: () => peak, atMost: size.peak, unit: 'MB' },
    { what: 'restart with nothing changed', of: (all) => row(all, 'restart')?.calls, atMost: 0, unit: 'calls' },
    { what: 'a title, CPU of its cycle', of: (all) => row(all, 'a title')?.cpuMilliseconds, atMost: 30, unit: 'ms' },
    ...smallChanges.map((what) => ({
      what: `${what}, CPU of its cycle`,
      of: (all: readonly Row[]) => row(all, what)?.cpuMilliseconds,
      atMost: 100,
      unit: 'ms',
    })),
    ...[...new Set(rows.map(({ what }) => what))].map((what) => ({
      what: `longest turn, ${what}`,
      of: (all: readonly Row[]) => Math.max(...all.filter((one) => one.what === what).map((one) => one.longestTurn)),
      atMost: size.turn,
      unit: 'ms',
    })),
  ];
  return bounds.flatMap(({ what, of, atMost, unit }) => {
    const value = of(rows);
    if (value === undefined) return [];
    return [`${value <= atMost ? 'PASS' : 'FAIL'}  ${what}: ${value.toFixed(0)} of at most ${atMost} ${unit}`];
  });
}

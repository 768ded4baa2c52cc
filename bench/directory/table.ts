export interface Row {
  readonly what: string;
  readonly measured: string;
  /** What it has to be compared with: a reference of the same run, or nothing. */
  readonly beside?: string;
  /** The number to judge, where there is a bound. */
  readonly bound?: { readonly value: number; readonly atMost: number; readonly unit: string };
}

/** Collects rows and prints each at once. */
export interface Table {
  add(row: Row): void;
  /** How many rows are over their bound. */
  readonly over: number;
}

export function createTable(): Table {
  let over = 0;
  return {
    get over() {
      return over;
    },
    add: ({ what, measured, beside = '', bound }) => {
      const isOver = bound !== undefined && bound.value > bound.atMost;
      if (isOver) over += 1;
      const verdict =
        bound === undefined
          ? ''
          : `${format(bound.value)} of ${format(bound.atMost)} ${bound.unit}  ${isOver ? 'OVER' : 'PASS'}`;
      process.stdout.write(
        `${what.padEnd(44)} ${measured.padEnd(38)} ${beside.padEnd(30)} ${verdict}`.trimEnd() + '\n',
      );
    },
  };
}

function format(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2);
}

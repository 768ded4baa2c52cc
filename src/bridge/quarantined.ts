import type { QuarantineRecord } from '../ports/state-records.ts';

/** A refusal in the target's own words, as far as they are kept, and for how many entries it was given. */
export interface RefusalWords {
  readonly status?: number | undefined;
  readonly said: string;
  readonly entries: number;
}

const mostRefusals = 3;

/** The most frequent ones. */
export function refusalsIn(records: readonly QuarantineRecord[]): RefusalWords[] {
  const alike = Map.groupBy(
    records.filter(({ said }) => said !== undefined),
    ({ status, said }) => `${status ?? ''} ${said ?? ''}`,
  );
  return [...alike.values()]
    .flatMap((own): RefusalWords[] => {
      const [{ status, said } = {}] = own;
      return said === undefined ? [] : [{ status, said, entries: own.length }];
    })
    .sort((a, b) => b.entries - a.entries)
    .slice(0, mostRefusals);
}

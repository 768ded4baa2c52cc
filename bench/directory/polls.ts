import { pollQuietly, startSource, type SourceSetup } from './source.ts';
import type { Table } from './table.ts';

export interface PollCase {
  readonly server: string;
  readonly setup: SourceSetup;
  /** The most that a poll without news may take, in milliseconds. */
  readonly bound: number;
  /** Deletes a user. */
  readonly remove: () => Promise<void>;
  /** Changes a user. */
  readonly modify: () => Promise<void>;
}

/** Polls with nothing to tell, one right after a deletion, and one right after a change. */
export async function measurePolls({ server, setup, bound, remove, modify }: PollCase, table: Table): Promise<void> {
  const source = await startSource(setup);
  try {
    const first = await source.read('begin');
    const changes = await source.changes();
    table.add({
      what: `${server}: reading kept, ${first.entries} entries`,
      measured: `${(first.milliseconds / 1_000).toFixed(1)} s, peak ${first.peakMegabytes.toFixed(0)} MB`,
      beside: changes,
    });
    const { median, max } = await pollQuietly(source);
    table.add({
      what: `${server}: poll without news, 20 times`,
      measured: `median ${median.toFixed(1)} ms, max ${max.toFixed(1)} ms`,
      bound: { value: median, atMost: bound, unit: 'ms' },
    });
    await remove();
    const deleted = await source.read('poll');
    if (deleted.kind !== 'delta' || deleted.gone !== 1)
      throw new Error(`${server}: a deletion went unseen: ${JSON.stringify(deleted)}`);
    table.add({
      what: `${server}: poll right after a deletion`,
      measured: `${deleted.milliseconds.toFixed(0)} ms, 1 gone, ${deleted.entries} read again`,
    });
    const after = await pollQuietly(source);
    await modify();
    const changed = await source.read('poll');
    if (changed.kind !== 'delta' || changed.entries !== 1)
      throw new Error(`${server}: a change went unseen: ${JSON.stringify(changed)}`);
    table.add({
      what: `${server}: poll right after a change`,
      measured: `${changed.milliseconds.toFixed(1)} ms`,
      beside: `before it, quiet again: ${after.median.toFixed(1)} ms`,
    });
  } finally {
    await source.end();
  }
}

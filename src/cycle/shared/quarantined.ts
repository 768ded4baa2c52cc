import type { QuarantineRecord } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { besides } from './batches.ts';

/** Everybody in quarantine on a target. */
export async function quarantinedOn(target: string, view: StateView): Promise<QuarantineRecord[]> {
  const records: QuarantineRecord[] = [];
  for await (const ids of besides([], view, (marks) => marks.unmarkedQuarantine(target)))
    for (const record of (await view.quarantined(target, ids)).values()) records.push(record);
  return records;
}

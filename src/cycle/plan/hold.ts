import { heldOperation, marksOf } from '../../core/planning/held-operation.ts';
import type { Digest } from '../../core/model/link.ts';
import type { Hold } from '../../core/model/plan.ts';
import type { HeldRecord } from '../../ports/state-records.ts';

/** A hold as the state keeps it: numbers and ids, no names. It is held since the first of the holds that it contains. */
export function heldRecord(hold: Hold, previous: HeldRecord | undefined, at: string, digest: Digest): HeldRecord {
  const operations = hold.operations.map((operation) => heldOperation(operation, digest));
  const marks = new Set(operations.flatMap(marksOf));
  const goesOn =
    previous !== undefined &&
    (previous.holdId === hold.holdId || previous.operations.flatMap(marksOf).every((mark) => marks.has(mark)));
  return {
    holdId: hold.holdId,
    since: goesOn ? previous.since : at,
    findings: hold.findings.map(
      ({ kind, type, path, directory, evidence, sourceId, before, planned, recent, population, allowed }) => ({
        kind,
        type,
        path,
        directory,
        evidence,
        group: sourceId,
        before,
        planned,
        recent,
        population,
        allowed,
      }),
    ),
    operations,
  };
}

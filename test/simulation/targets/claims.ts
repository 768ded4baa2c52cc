import assert from 'node:assert/strict';
import type { CycleReport } from '../../../src/cycle/cycle-report.ts';

/** Whether a report says that the target holds what the directory says: nothing failed, waits, or is known not to be stored. */
export function claimsInStep(report: CycleReport): boolean {
  const { result, failed, rejected, unreached, reverify, unstored, deferred, waiting, notStarted, leftOut, hold } =
    report;
  const open = failed.length + rejected.length + unreached.length + reverify.length + Object.keys(unstored).length;
  return result === 'success' && open + deferred + waiting + notStarted + leftOut === 0 && hold === undefined;
}

/** Requests of a cycle besides those for operations: lists in pages of three, searches for those without a link. */
const besides = 250;
/** Requests for one operation: the forms of an update, each tried four times and looked at. */
const perOperation = 30;
/** For a group whose members are refused: ⌈n/m⌉ + 25 × (2 × ⌈log₂ m⌉ + 1) changes of m = 12 members, each tried four times. */
const perRefusedGroup = 4 * (3 + 25 * 9);

/** @param requests what was sent and not turned away (429, 503), which a client has to send again */
export function checkBound(report: CycleReport, requests: number): void {
  const groups = report.failed.filter(({ operation }) => operation.verb === 'members').length;
  const most =
    besides +
    perOperation * (report.applied.length + report.failed.length + report.rejected.length) +
    perRefusedGroup * groups;
  assert.ok(requests <= most, `${requests} requests in a cycle, where at most ${most} are needed`);
}

import type { CycleReport } from '../../cycle/cycle-report.ts';
import type { CommandLine } from '../command-line.ts';
import { errorJson } from './error.ts';
import { holdJson, operationJson, operationsJson } from './operation.ts';

/** What a cycle did, for scripts. */
export function reportJson(report: CycleReport, call: CommandLine): unknown {
  return {
    cycle: report.cycle,
    target: report.target,
    mode: report.mode,
    result: report.result,
    milliseconds: Math.round(report.milliseconds),
    asked: report.asked,
    planId: report.planId,
    applied: operationsJson(report.applied),
    failed: report.failed.map(({ operation, failure }) => ({ operation: operationJson(operation), failure })),
    notStarted: report.notStarted,
    givenUp: report.givenUp,
    waiting: report.waiting,
    seats: report.seats,
    unresolved: report.unresolved,
    unstored: report.unstored,
    strangers: report.strangers,
    forgotten: report.forgotten.map(({ type, sourceId, targetId }) => ({ type, sourceId, targetId })),
    reverify: report.reverify.map(({ type, sourceId, targetId }) => ({ type, sourceId, targetId })),
    leftovers: report.leftovers,
    rejected: report.rejected,
    rejections: report.rejections,
    unreached: report.unreached,
    leftOut: report.leftOut,
    held: report.hold === undefined ? undefined : holdJson(report.hold, call),
    deferred: report.deferred,
    consecutiveFailures: report.failing?.cycles ?? 0,
    failingSince: report.failing?.since,
    error: report.error === undefined ? undefined : errorJson(report.error),
  };
}

import type { Pushed } from '../push-explained.ts';
import { operationJson, operationsJson } from './operation.ts';

/** What became of a push on one target. */
export function pushJson({ target, report }: Pushed): unknown {
  if (report === undefined) return { target, leftTo: 'daemon' };
  return {
    target,
    applied: operationsJson(report.applied),
    failed: report.failed.map(({ operation, failure }) => ({ operation: operationJson(operation), failure })),
    notStarted: report.notStarted,
  };
}

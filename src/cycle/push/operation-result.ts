import type { Failure } from '../../core/model/outcome.ts';

/** What became of an operation. `skipped`: whoever it needs did not come about, or there was nothing to send. */
export type OperationResult =
  { readonly kind: 'applied' } | { readonly kind: 'skipped' } | { readonly kind: 'failed'; readonly failure: Failure };

export const applied: OperationResult = { kind: 'applied' };
export const skipped: OperationResult = { kind: 'skipped' };

export function failed(failure: Failure): OperationResult {
  return { kind: 'failed', failure };
}

import type { TargetState } from '../../ports/state-records.ts';

/** Whether the first load of a target is over. In states from before it was noted: whether a cycle ever did all it had to. */
export function isEstablished({ establishedAt, lastSuccessAt }: TargetState): boolean {
  return establishedAt !== undefined || lastSuccessAt !== undefined;
}

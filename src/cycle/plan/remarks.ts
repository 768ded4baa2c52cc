import type { GuardResult } from '../../core/planning/guard.ts';
import type { PlanInput } from '../../core/planning/plan-input.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { TargetSetup } from '../shared/target-setup.ts';
import type { Known } from './known.ts';

/** A sentence for whoever judges a hold, when most of those who left have come again under other ids. */
export function builtAnewRemark(
  { departures }: Pick<Known, 'departures'>,
  likely: PlanInput['successors'],
): string | undefined {
  const left = new Set(
    departures.flatMap(({ link, cause }) =>
      cause === 'absent' && link.departedAt === undefined ? [link.sourceId] : [],
    ),
  );
  const replaced = [...likely.values()].filter(({ replaces }) => left.has(replaces.sourceId)).length;
  if (left.size < 2 || replaced * 2 <= left.size) return undefined;
  return `the directory seems to have been built anew: ${replaced} of ${left.size} departures have a successor, a new entry with the same match attribute`;
}

/** A sentence for whoever judges a hold, when what is configured is not what the last plan without one went by. */
export function configurationRemark(
  { configuration }: Pick<TargetState, 'configuration'>,
  { fingerprint }: Pick<TargetSetup, 'fingerprint'>,
): string | undefined {
  if (configuration === undefined || fingerprint === undefined || configuration === fingerprint) return undefined;
  return 'it comes to this because the configuration changed (map, scope, sources or removal), or together with that';
}

/** The verdict, with what whoever judges its hold should know. */
export function withRemark(verdict: GuardResult, remark: string | undefined): GuardResult {
  return verdict.hold === undefined || remark === undefined
    ? verdict
    : { ...verdict, hold: { ...verdict.hold, remark } };
}

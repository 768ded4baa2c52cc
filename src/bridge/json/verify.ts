import type { Drift } from '../../core/model/drift.ts';
import type { CommandLine } from '../command-line.ts';
import type { VerifiedOne } from '../verify.ts';
import { reportJson } from './report.ts';

/** What a target has against what it should have, for scripts. */
export function verifyJson({ verified, repair }: VerifiedOne, call: CommandLine): unknown {
  const { target, compared, counts, drift, names, foreign, notCompared, continued } = verified;
  const { held, ...rest } = notCompared;
  return {
    target,
    compared,
    counts,
    drift: drift.map(driftJson),
    names: Object.fromEntries(names),
    foreign,
    continued,
    notCompared: { ...rest, held: held === undefined ? undefined : { holdId: held.holdId, since: held.since } },
    repair:
      repair === undefined
        ? undefined
        : { cycle: reportJson(repair.report, call), notTaken: repair.notTaken.map(driftJson) },
  };
}

/** `held`: as the target has it; `wanted`: as it should be; null: no value. */
function driftJson({ values, left, joined, strangers, ...one }: Drift): unknown {
  return {
    ...one,
    values: values.map(({ path, held, wanted }) => ({ path, held: plain(held), wanted: wanted ?? null })),
    members: { left, joined, strangers },
  };
}

/** Numbers too long for a double are bigints, which JSON has not. */
function plain(held: unknown): unknown {
  if (held === undefined) return null;
  return JSON.parse(
    JSON.stringify(held, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as unknown;
}

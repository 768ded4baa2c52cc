import type { SourceId } from '../../core/model/entry.ts';
import type { Hold, Operation } from '../../core/model/plan.ts';
import type { Match } from '../../core/planning/plan-input.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fingerprints } from '../quarantine/fingerprints.ts';

/** An account that a search found for a newcomer whose adoption waits for a person. */
export interface HeldMatch {
  readonly match: Match;
  /** Of what the entry was looked for by. */
  readonly fingerprint: string;
  /** By the monotonic clock. */
  readonly foundAt: number;
}

/**
 * Accounts that fit those whose adoption is held or was rejected, so that they are not looked for in every cycle. In memory
 * only: it holds personal data.
 */
export interface HeldMatches {
  readonly of: (target: string, clock: Pick<Clock, 'monotonic'>) => ReadonlyMap<SourceId, HeldMatch>;
  /** When the first of them is too old, by the monotonic clock. */
  readonly until: (target: string) => number;
  /** In place of those that were kept before. */
  readonly keep: (target: string, matches: ReadonlyMap<SourceId, HeldMatch>) => void;
}

/** As long as the longest pause of a creation that is held: an account may change hands on the target. */
const longestMilliseconds = 15 * 60_000;

/** Of one target: 40 MB, with accounts of 2 kB. The others are looked for again. */
const mostKept = 20_000;

export function createHeldMatches(): HeldMatches {
  const kept = new Map<string, ReadonlyMap<SourceId, HeldMatch>>();
  return {
    of(target, clock) {
      const now = clock.monotonic();
      return new Map([...(kept.get(target) ?? [])].filter(([, { foundAt }]) => now - foundAt < longestMilliseconds));
    },
    until(target) {
      let first = Infinity;
      for (const { foundAt } of kept.get(target)?.values() ?? [])
        first = Math.min(first, foundAt + longestMilliseconds);
      return first;
    },
    keep: (target, matches) => void kept.set(target, matches),
  };
}

interface Planned {
  readonly made: {
    readonly verdict: { readonly hold: Hold | undefined };
    /** What a person rejected. */
    readonly undone: readonly Operation[];
  };
  readonly matches: { readonly matches: ReadonlyMap<SourceId, Match> };
  readonly quarantine: { readonly fingerprints: Fingerprints };
}

/** What of the matches of a plan has to be kept: those that were kept before are as old as they were. */
export function matchesToKeep(
  { made, matches: { matches }, quarantine: { fingerprints } }: Planned,
  before: ReadonlyMap<SourceId, HeldMatch>,
  clock: Pick<Clock, 'monotonic'>,
): ReadonlyMap<SourceId, HeldMatch> {
  const kept = new Map<SourceId, HeldMatch>();
  for (const { verb, sourceId } of [...(made.verdict.hold?.operations ?? []), ...made.undone]) {
    const match = matches.get(sourceId);
    const fingerprint = fingerprints.ofMatch(sourceId);
    if (verb !== 'adopt' || match === undefined || fingerprint === undefined) continue;
    if (kept.size >= mostKept) break;
    const known = before.get(sourceId);
    kept.set(sourceId, known?.match === match ? known : { match, fingerprint, foundAt: clock.monotonic() });
  }
  return kept;
}

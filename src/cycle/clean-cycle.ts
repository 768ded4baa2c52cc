import type { SourceId } from '../core/model/entry.ts';
import type { Draft } from '../core/mapping/project.ts';
import type { CompleteReading } from '../core/model/reading.ts';
import type { Clock } from '../ports/clock.ts';
import type { IncrementalScope } from './plan/incremental-scope.ts';
import { isLookedForLater } from './quarantine/intents.ts';
import type { CleanCycle, WhatIsLeft } from './plan/clean-cycles.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import type { Intent } from '../ports/state-records.ts';
import type { PushReport } from './push/push.ts';

/** A cycle, from what it read to what it sent. */
export interface CycleRun {
  readonly readings: readonly CompleteReading[];
  readonly draft: Draft;
  /** How the cycle before left the target, where the next one could go on from there. */
  readonly before: CleanCycle | undefined;
  /** When this plan was made, by the monotonic clock. */
  readonly plannedNow: number;
  readonly incrementalScope: IncrementalScope | undefined;
  readonly prepared: Preparation;
  readonly pushed: PushReport;
  /** Undefined where nothing was. */
  readonly left: WhatIsLeft | undefined;
}

/**
 * What the next cycle has to know to plan no more than what changed. Undefined where something was left undone that neither
 * waits for a person nor for a time: then everything is planned again.
 *
 * @param asked what is looked into whoever is concerned: requests whose outcome nobody knows, and, by the monotonic clock,
 *   when an account is looked for again whose adoption waits for a person
 */
export function cleanCycleOf(
  { readings, draft, before, plannedNow, incrementalScope, prepared, pushed, left }: CycleRun,
  asked: { readonly intents: readonly Intent[]; readonly matchesUntil: number },
  clock: Pick<Clock, 'now' | 'monotonic'>,
): CleanCycle | undefined {
  const open = openEntries(prepared, pushed);
  const lookAt = open && firstRetry(prepared, open, asked.intents, clock);
  if (open === undefined || lookAt === undefined) return undefined;
  const isOfSome = incrementalScope !== undefined;
  const lost = prepared.made.remembered.flatMap((link) => (link.lifecycle === 'lost' ? [link.sourceId] : []));
  // Whose creation has left nothing may come in the place of an entry that is gone.
  const settled = prepared.matches.settled.map(({ sourceId }) => sourceId);
  const sentFor =
    prepared.made.due.length + pushed.applied.length === 0 ? [] : isOfSome ? idsIn(incrementalScope) : 'everyone';
  return {
    readings,
    draft,
    unseen: prepared.known.unseen,
    plannedAt: isOfSome ? (before?.plannedAt ?? plannedNow) : plannedNow,
    lookAt: Math.min(lookAt, asked.matchesUntil),
    open: new Set([...open, ...asked.intents.map(({ sourceId }) => sourceId)]),
    left,
    decisions: new Set(prepared.made.words.waiting.map(({ key }) => key)),
    reverify: sentFor === 'everyone' ? sentFor : new Set([...sentFor, ...lost, ...settled]),
  };
}

/**
 * Who is not in step: what waits for a person, for a time, or for somebody else. Undefined: for nothing that would tell. An
 * answer to what failed may concern others (an account that is somebody's, others who are gone too), so that everybody is
 * looked at after it.
 */
function openEntries(prepared: Preparation, pushed: PushReport): Set<SourceId> | undefined {
  const { known, matches, made, quarantine } = prepared;
  if (pushed.failed.length + pushed.notStarted + pushed.skipped > 0) return undefined;
  if (matches.unreached.length > 0 || made.incomplete === undefined) return undefined;
  const operations = [...(made.verdict.hold?.operations ?? []), ...made.undone, ...made.deferred, ...made.unseated];
  return new Set([
    ...[...operations, ...made.unmatchable, ...known.reverify].map(({ sourceId }) => sourceId),
    // Whose account was to pass over leaves when nobody comes in their place.
    ...operations.flatMap((operation) => (operation.verb === 'relink' ? [operation.replaces] : [])),
    ...known.awaited.keys(),
    ...quarantine.backedOff,
    ...quarantine.missing,
    ...made.incomplete,
  ]);
}

/**
 * When the first of what waits for a time is tried again, or looked for, by the monotonic clock. Undefined where the time
 * of one of them is not known.
 */
function firstRetry(
  { made, quarantine }: Preparation,
  open: ReadonlySet<SourceId>,
  intents: readonly Intent[],
  clock: Pick<Clock, 'now' | 'monotonic'>,
): number | undefined {
  const timed = [
    ...[...made.unmatchable, ...made.deferred].map(({ sourceId }) => sourceId),
    ...quarantine.backedOff,
    ...quarantine.missing,
  ];
  let pause = Infinity;
  for (const id of timed) {
    const retryAt = quarantine.retryAt(id);
    if (retryAt === undefined) return undefined;
    pause = Math.min(pause, retryAt - clock.now());
  }
  for (const intent of intents.filter(({ sourceId }) => !open.has(sourceId))) {
    // Of somebody who is not wanted any more.
    if (!isLookedForLater(intent, clock.now())) return undefined;
    pause = Math.min(pause, Date.parse(intent.lookAgainAt ?? '') - clock.now());
  }
  return clock.monotonic() + Math.max(0, pause);
}

function idsIn({ resources, rejected, left }: IncrementalScope): SourceId[] {
  return [...resources.map(({ sourceId }) => sourceId), ...rejected.map(({ sourceId }) => sourceId), ...left];
}

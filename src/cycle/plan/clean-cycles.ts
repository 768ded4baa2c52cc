import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Rejected } from '../../core/model/resource.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import { draftProjection, type Draft } from '../../core/mapping/project.ts';
import { reviseProjection } from '../../core/mapping/revise-projection.ts';
import { holdsAt } from '../../core/mapping/validity.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateView } from '../../ports/state-store.ts';
import { isSameMemory, recallMemory } from './recall-memory.ts';

/**
 * Which targets were in step after their last cycle, and with what. As long as the directories show nothing new, there
 * is nothing to plan for them; after that, only what changed. In memory only: it holds personal data.
 */
export interface CleanCycles {
  /** Undefined when the target was not in step, or when it is time to plan everything again. */
  readonly last: (target: string, clock: Pick<Clock, 'monotonic'>) => CleanCycle | undefined;
  readonly remember: (target: string, cleanCycle: CleanCycle) => void;
  readonly forget: (target: string) => void;
}

/** A cycle that left nothing undone. */
export interface CleanCycle {
  readonly readings: readonly CompleteReading[];
  readonly draft: Draft;
  /** In scope, and found unmatchable by a search on the target; they rest. */
  readonly unmatchable: readonly Rejected[];
  /** Linked, and there although no reading shows them. */
  readonly unseen: ReadonlySet<SourceId>;
  /** When everything was planned last, by the monotonic clock. */
  readonly plannedAt: number;
  /** When the first of the unmatchable is looked for again, by the monotonic clock: what was in their way may be gone, also by what was sent. */
  readonly lookAt: number;
  /**
   * For whom something was sent: some operations have others in their wake (an account that was adopted is switched off
   * by the next plan), so that they are planned again until nothing is left to send.
   */
  readonly reverify: 'everyone' | ReadonlySet<SourceId>;
}

/** Some things come with time alone: those who left are deleted after a while. */
const longestMilliseconds = 10 * 60_000;

export function createCleanCycles(): CleanCycles {
  const steps = new Map<string, CleanCycle>();
  return {
    last(target, clock) {
      const cleanCycle = steps.get(target);
      return cleanCycle !== undefined &&
        clock.monotonic() - cleanCycle.plannedAt < longestMilliseconds &&
        clock.monotonic() < cleanCycle.lookAt
        ? cleanCycle
        : undefined;
    },
    remember: (target, cleanCycle) => void steps.set(target, cleanCycle),
    forget: (target) => void steps.delete(target),
  };
}

/** Whether these readings still come to what they came to then. */
function isSame({ readings, draft }: CleanCycle, now: readonly CompleteReading[], clock: Pick<Clock, 'now'>): boolean {
  return (
    holdsAt(clock.now(), draft.evaluation.validity) &&
    readings.length === now.length &&
    readings.every((reading, index) => reading === now[index])
  );
}

/** Whether there is nothing to plan: these readings come to what they came to then, and nothing was sent since. */
export function isQuiet(cleanCycle: CleanCycle, now: readonly CompleteReading[], clock: Pick<Clock, 'now'>): boolean {
  return cleanCycle.reverify !== 'everyone' && cleanCycle.reverify.size === 0 && isSame(cleanCycle, now, clock);
}

/** What readings come to: as then, as then but for a few entries, or worked out anew. */
function draftFrom(
  cleanCycle: CleanCycle | undefined,
  readings: readonly CompleteReading[],
  definition: TargetDefinition,
  clock: Pick<Clock, 'now'>,
): Draft {
  if (cleanCycle !== undefined && isSame(cleanCycle, readings, clock)) return cleanCycle.draft;
  const changed = cleanCycle === undefined ? undefined : changedSince(cleanCycle, readings);
  const revised =
    cleanCycle === undefined || changed === undefined
      ? undefined
      : reviseProjection(cleanCycle.draft, changed, definition, clock.now());
  return revised ?? draftProjection(entriesOf(readings), definition, clock.now(), cleanCycle?.draft.memory);
}

/** The same, with what the state knows of earlier readings. */
export async function draftKnowing(
  cleanCycle: CleanCycle | undefined,
  readings: readonly CompleteReading[],
  definition: TargetDefinition,
  clock: Pick<Clock, 'now'>,
  store: StateView,
): Promise<Draft> {
  const draft = draftFrom(cleanCycle, readings, definition, clock);
  const memory = await recallMemory(draft, definition, store);
  return isSameMemory(memory, draft.memory)
    ? draft
    : draftProjection(entriesOf(readings), definition, clock.now(), memory);
}

function entriesOf(readings: readonly CompleteReading[]): Entry[] {
  return readings.flatMap(({ entries }) => entries);
}

/** Entries in place of earlier ones; undefined when that is not all, or not known. */
function changedSince(cleanCycle: CleanCycle, readings: readonly CompleteReading[]): Entry[] | undefined {
  const changed: Entry[] = [];
  for (const [index, reading] of readings.entries()) {
    const before = cleanCycle.readings[index];
    if (reading === before) continue;
    if (reading.change === undefined || reading.change.before.deref() !== before || reading.change.gone.length > 0)
      return undefined;
    for (const entry of reading.change.entries) changed.push(entry);
  }
  return changed;
}

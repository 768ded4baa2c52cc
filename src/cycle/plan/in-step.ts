import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Rejected } from '../../core/model/resource.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import { draftProjection, type Draft } from '../../core/mapping/project.ts';
import { reviseProjection } from '../../core/mapping/revise-projection.ts';
import { holdsAt } from '../../core/mapping/time-span.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateView } from '../../ports/state-store.ts';
import { isSameMemory, recallMemory } from './recall-memory.ts';

/**
 * Which targets were in step after their last cycle, and with what. As long as the directories show nothing new, there
 * is nothing to plan for them; after that, only what changed. In memory only: it holds personal data.
 */
export interface InStep {
  /** Undefined when the target was not in step, or when it is time to plan everything again. */
  readonly last: (target: string, clock: Pick<Clock, 'monotonic'>) => Step | undefined;
  readonly remember: (target: string, step: Step) => void;
  readonly forget: (target: string) => void;
}

/** A cycle that left nothing undone. */
export interface Step {
  readonly readings: readonly CompleteReading[];
  readonly draft: Draft;
  /** In scope, and found unfit by a search on the target; they rest. */
  readonly unfit: readonly Rejected[];
  /** Linked, and there although no reading shows them. */
  readonly unseen: ReadonlySet<SourceId>;
  /** When everything was planned last, by the monotonic clock. */
  readonly plannedAt: number;
  /** When the first of the unfit is looked for again, by the monotonic clock: what was in their way may be gone, also by what was sent. */
  readonly lookAt: number;
  /**
   * For whom something was sent: some operations have others in their wake (an account that was adopted is switched off
   * by the next plan), so that they are planned again until nothing is left to send.
   */
  readonly unproven: 'everyone' | ReadonlySet<SourceId>;
}

/** Some things come with time alone: those who left are deleted after a while. */
const longestMilliseconds = 10 * 60_000;

export function createInStep(): InStep {
  const steps = new Map<string, Step>();
  return {
    last(target, clock) {
      const step = steps.get(target);
      return step !== undefined &&
        clock.monotonic() - step.plannedAt < longestMilliseconds &&
        clock.monotonic() < step.lookAt
        ? step
        : undefined;
    },
    remember: (target, step) => void steps.set(target, step),
    forget: (target) => void steps.delete(target),
  };
}

/** Whether these readings still come to what they came to then. */
function isSame({ readings, draft }: Step, now: readonly CompleteReading[], clock: Pick<Clock, 'now'>): boolean {
  return (
    holdsAt(clock.now(), draft.survey.span) &&
    readings.length === now.length &&
    readings.every((reading, index) => reading === now[index])
  );
}

/** Whether there is nothing to plan: these readings come to what they came to then, and nothing was sent since. */
export function isQuiet(step: Step, now: readonly CompleteReading[], clock: Pick<Clock, 'now'>): boolean {
  return step.unproven !== 'everyone' && step.unproven.size === 0 && isSame(step, now, clock);
}

/** What readings come to: as then, as then but for a few entries, or worked out anew. */
function draftFrom(
  step: Step | undefined,
  readings: readonly CompleteReading[],
  definition: TargetDefinition,
  clock: Pick<Clock, 'now'>,
): Draft {
  if (step !== undefined && isSame(step, readings, clock)) return step.draft;
  const changed = step === undefined ? undefined : changedSince(step, readings);
  const revised =
    step === undefined || changed === undefined
      ? undefined
      : reviseProjection(step.draft, changed, definition, clock.now());
  return revised ?? draftProjection(entriesOf(readings), definition, clock.now(), step?.draft.memory);
}

/** The same, with what the state knows of earlier readings. */
export async function draftKnowing(
  step: Step | undefined,
  readings: readonly CompleteReading[],
  definition: TargetDefinition,
  clock: Pick<Clock, 'now'>,
  store: StateView,
): Promise<Draft> {
  const draft = draftFrom(step, readings, definition, clock);
  const memory = await recallMemory(draft, definition, store);
  return isSameMemory(memory, draft.memory)
    ? draft
    : draftProjection(entriesOf(readings), definition, clock.now(), memory);
}

function entriesOf(readings: readonly CompleteReading[]): Entry[] {
  return readings.flatMap(({ entries }) => entries);
}

/** Entries in place of earlier ones; undefined when that is not all, or not known. */
function changedSince(step: Step, readings: readonly CompleteReading[]): Entry[] | undefined {
  const changed: Entry[] = [];
  for (const [index, reading] of readings.entries()) {
    const before = step.readings[index];
    if (reading === before) continue;
    if (reading.change === undefined || reading.change.before.deref() !== before || reading.change.gone.length > 0)
      return undefined;
    changed.push(...reading.change.entries);
  }
  return changed;
}

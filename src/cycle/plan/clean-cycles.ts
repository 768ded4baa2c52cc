import { joinEntries } from '../../core/directory/join-entries.ts';
import type { Entry, SourceId } from '../../core/model/entry.ts';
import type { Link } from '../../core/model/link.ts';
import type { Hold, Operation } from '../../core/model/plan.ts';
import type { CompleteReading } from '../../core/model/reading.ts';
import type { Rejected } from '../../core/model/resource.ts';
import type { UnresolvedCounts } from '../../core/mapping/unresolved.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import { draftInSteps, type Draft } from '../../core/mapping/project.ts';
import type { Proofs } from '../../core/mapping/prove.ts';
import { reviseProjection } from '../../core/mapping/revise-projection.ts';
import { holdsAt } from '../../core/mapping/validity.ts';
import type { Memory } from '../../core/mapping/memory.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CycleResult } from '../../ports/cycle-observer.ts';
import type { RejectionRecord } from '../../ports/decisions.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import type { Leftover } from '../quarantine/intents.ts';
import { inTurns } from '../shared/turns.ts';
import { isSameMemory, recallMemory } from './recall-memory.ts';

/**
 * How the last cycle left each target: in step, but for what waits for a person, a time or somebody else. As long as the
 * directories show nothing new, there is nothing to plan for them; after that, only what changed, and what waits. In
 * memory only: it holds personal data.
 */
export interface CleanCycles {
  /** Undefined when more was left undone, or when it is time to plan everything again. */
  readonly last: (target: string, clock: Pick<Clock, 'monotonic'>) => CleanCycle | undefined;
  readonly remember: (target: string, cleanCycle: CleanCycle) => void;
  readonly forget: (target: string) => void;
}

/** What a cycle has to say to the next one. */
export interface CleanCycle {
  readonly readings: readonly CompleteReading[];
  readonly draft: Draft;
  /** Linked, and there although no reading shows them. */
  readonly unseen: ReadonlySet<SourceId>;
  /** When everything was planned last, by the monotonic clock. */
  readonly plannedAt: number;
  /** When the first of those who wait for a time is tried again, or looked for, by the monotonic clock. */
  readonly lookAt: number;
  /**
   * Who is not in step: held, rejected by a person, refused or not found and waiting for another try, or waiting for
   * somebody who is not on the target. They are part of every plan, so that a plan about some people finds what a plan
   * about everybody would.
   */
  readonly open: ReadonlySet<SourceId>;
  /** What it came to, where it is not in step with everybody. */
  readonly left: WhatIsLeft | undefined;
  /** Decisions that waited after it. A new one has everything planned again. */
  readonly decisions: ReadonlySet<string>;
  /**
   * For whom something was sent: some operations have others in their wake (an account that was adopted is switched off
   * by the next plan), so that they are planned again until nothing is left to send.
   */
  readonly reverify: 'everyone' | ReadonlySet<SourceId>;
}

/** What cycles report that have nothing to do but to wait: as the last one that planned found it. */
export interface WhatIsLeft {
  readonly result: CycleResult;
  /** How much failed lately, and waits for another try. */
  readonly deferred: number;
  readonly hold: Hold | undefined;
  /** What people rejected. */
  readonly undone: readonly Operation[];
  /** What waits for a seat. */
  readonly unseated: readonly Operation[];
  readonly rejections: readonly RejectionRecord[];
  readonly rejected: readonly Rejected[];
  readonly leftOut: number;
  readonly reverify: readonly Link[];
  readonly leftovers: readonly Leftover[];
  readonly waiting: number;
  readonly seats: TargetState['seats'];
  readonly unresolved: UnresolvedCounts | undefined;
}

/** Some things come with time alone: those who left are deleted after a while. */
const longestMilliseconds = 10 * 60_000;

export function createCleanCycles(): CleanCycles {
  const steps = new Map<string, CleanCycle>();
  return {
    last(target, clock) {
      const cleanCycle = steps.get(target);
      return cleanCycle !== undefined && clock.monotonic() - cleanCycle.plannedAt < longestMilliseconds
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

/** Whether there is nothing to plan: these readings come to what they came to then, nothing was sent since, and no time has come. */
export function isQuiet(
  cleanCycle: CleanCycle,
  now: readonly CompleteReading[],
  clock: Pick<Clock, 'now' | 'monotonic'>,
): boolean {
  const { reverify, lookAt } = cleanCycle;
  return reverify !== 'everyone' && reverify.size === 0 && clock.monotonic() < lookAt && isSame(cleanCycle, now, clock);
}

/** Without monotonic time it is worked out in one go: where nobody waits for a turn meanwhile. */
type DraftClock = Pick<Clock, 'now'> | Pick<Clock, 'now' | 'monotonic'>;

/** What readings come to: as then, as then but for a few entries, or worked out anew. */
async function draftFrom(
  cleanCycle: CleanCycle | undefined,
  readings: readonly CompleteReading[],
  definition: TargetDefinition,
  clock: DraftClock,
  recall: RecallProofs | undefined,
): Promise<Draft> {
  if (cleanCycle !== undefined && isSame(cleanCycle, readings, clock)) return cleanCycle.draft;
  const changed = cleanCycle === undefined ? undefined : changedSince(cleanCycle, readings);
  const revised =
    cleanCycle === undefined || changed === undefined
      ? undefined
      : reviseProjection(cleanCycle.draft, changed, definition, clock.now());
  return revised ?? draftAnew(readings, definition, clock, cleanCycle?.draft.memory, recall);
}

/** What is known of users whose values need not be mapped again; asked where everybody is mapped. */
type RecallProofs = () => Promise<Proofs>;

/** The same, with what the state knows of earlier readings. What is proven is mapped when somebody asks for it. */
export async function draftKnowing(
  cleanCycle: CleanCycle | undefined,
  readings: readonly CompleteReading[],
  definition: TargetDefinition,
  clock: DraftClock,
  store: StateView,
  recall?: RecallProofs,
): Promise<Draft> {
  const draft = await draftFrom(cleanCycle, readings, definition, clock, recall);
  const memory = await recallMemory(draft, definition, store, turnsBy(clock));
  return isSameMemory(memory, draft.memory) ? draft : draftAnew(readings, definition, clock, memory, recall);
}

async function draftAnew(
  readings: readonly CompleteReading[],
  definition: TargetDefinition,
  clock: DraftClock,
  memory: Memory | undefined,
  recall: RecallProofs | undefined,
): Promise<Draft> {
  const steps = draftInSteps(joinEntries(readings), definition, clock.now(), memory, await recall?.());
  return inTurns(steps, turnsBy(clock));
}

function turnsBy(clock: DraftClock): Pick<Clock, 'monotonic'> | undefined {
  return 'monotonic' in clock ? clock : undefined;
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

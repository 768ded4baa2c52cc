import { BridgeError } from '../core/model/errors.ts';
import type { SourceId } from '../core/model/entry.ts';
import type { Examination, TargetExplanation } from '../cycle/explain-target.ts';
import { pushDecision, pushOne } from '../cycle/push-one.ts';
import type { PushReport } from '../cycle/push/push.ts';
import { sha256 } from '../cycle/shared/sha256.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { Decider } from '../ports/decisions.ts';
import type { StateStore, StateView } from '../ports/state-store.ts';
import type { App } from './app.ts';
import type { Ending } from './sync.ts';

/** One entry on one target, as it was explained. */
export interface Examined {
  readonly id: SourceId;
  readonly setup: TargetSetup;
  /** When the reading ended, by the monotonic clock. */
  readonly readAt: number;
  readonly examination: Examination;
}

/** What became of the push on one target. */
export interface Pushed {
  readonly target: string;
  /** Undefined when it was left to whoever holds the state. */
  readonly report: PushReport | undefined;
}

/** The state for writing; undefined when a daemon, or another command, has it. */
export async function openUnlessLocked(app: App): Promise<StateStore | undefined> {
  try {
    return await app.openStore();
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'D2S_STATE_LOCKED') return undefined;
    throw error;
  }
}

interface PushControl {
  readonly app: App;
  readonly view: StateView;
  /** Undefined when somebody else holds the state. */
  readonly store: StateStore | undefined;
  readonly ending: Ending;
  readonly by: Decider;
  /** Asked once, when something is due. */
  readonly isWanted: (due: readonly TargetExplanation[]) => Promise<boolean>;
}

/**
 * Carries out what is due for the entry, once it is wanted. Where a daemon holds the state, it is left to the daemon as a
 * decision about exactly these operations: there must not be two who write to one target.
 */
export async function pushExamined(all: readonly Examined[], control: PushControl): Promise<Pushed[]> {
  const { app, view, store, ending, by, isWanted } = control;
  const due = all.filter(({ examination }) => examination.explanation.operations.length > 0);
  if (due.length === 0) return [];
  if (!(await isWanted(due.map(({ examination }) => examination.explanation)))) return [];
  const pushed: Pushed[] = [];
  for (const { id, setup, readAt, examination } of due) {
    const target = setup.target.name;
    const { operations } = examination.explanation;
    const at = new Date(app.clock.now()).toISOString();
    const decision = pushDecision(target, operations, { at, by, digest: view.digest, hash: sha256 });
    if (store === undefined) {
      await view.decide(decision);
      pushed.push({ target, report: undefined });
    } else {
      const { prepared } = examination;
      const isStopping = () => ending.stopping.aborted;
      const report = await pushOne(operations, {
        ...app,
        id,
        setup,
        store,
        decision,
        prepared,
        readAt,
        signal: ending.aborting,
        isStopping,
      });
      pushed.push({ target, report });
    }
  }
  return pushed;
}

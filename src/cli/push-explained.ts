import { hash } from 'node:crypto';
import { BridgeError } from '../core/model/errors.ts';
import type { SourceId } from '../core/model/entry.ts';
import type { Examination } from '../cycle/explain-target.ts';
import { pushDecision, pushOne } from '../cycle/push-one.ts';
import type { PushReport } from '../cycle/push/push.ts';
import type { TargetSetup } from '../cycle/shared/target-setup.ts';
import type { Shutdown } from '../daemon/shutdown.ts';
import type { App } from '../app.ts';
import type { StateStore, StateView } from '../ports/state-store.ts';
import type { CommandLine } from './command-line.ts';
import { shellUser } from './decider.ts';
import { operationJson, operationsJson } from './show-plan.ts';
import type { Terminal } from './terminal.ts';
import { countsDone, countsToDo } from '../core/wording/operation-counts.ts';
import { printable, resourceTypeName } from './words.ts';

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

interface PushControl {
  readonly app: App;
  readonly view: StateView;
  /** Undefined when somebody else holds the state. */
  readonly store: StateStore | undefined;
  readonly shutdown: Shutdown;
  readonly yes: boolean;
  readonly terminal: Terminal;
  readonly call: CommandLine;
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

/**
 * Carries out what is due for the entry, once a person has said so. Where a daemon holds the state, it is left to the
 * daemon as a decision about exactly these operations: there must not be two who write to one target.
 *
 * @throws BridgeError D2S_USAGE when nobody can be asked and --yes was not given
 */
export async function pushExamined(all: readonly Examined[], control: PushControl): Promise<Pushed[]> {
  const { app, view, store, shutdown, yes, terminal } = control;
  const due = all.filter(({ examination }) => examination.explanation.operations.length > 0);
  if (due.length === 0) return [];
  if (!yes && !(await isConfirmed(due, terminal))) {
    terminal.note('Nothing was sent.');
    return [];
  }
  const pushed: Pushed[] = [];
  for (const { id, setup, readAt, examination } of due) {
    const target = setup.target.name;
    const { operations } = examination.explanation;
    const at = new Date(app.clock.now()).toISOString();
    const decision = pushDecision(target, operations, { at, by: shellUser(), digest: view.digest, hash: sha256 });
    if (store === undefined) {
      await view.decide(decision);
      pushed.push({ target, report: undefined });
    } else {
      const { prepared } = examination;
      const isStopping = () => shutdown.stopping.aborted;
      const report = await pushOne(operations, {
        ...app,
        id,
        setup,
        store,
        decision,
        prepared,
        readAt,
        signal: shutdown.aborting,
        isStopping,
      });
      pushed.push({ target, report });
    }
  }
  return pushed;
}

async function isConfirmed(due: readonly Examined[], { ask }: Terminal): Promise<boolean> {
  const what = due
    .map(({ examination: { explanation } }) => `${countsToDo(explanation.operations)} on ${explanation.target}`)
    .join(', ');
  if (ask === undefined)
    throw new BridgeError(
      'D2S_USAGE',
      `--push would send: ${what}; nobody can be asked here`,
      'add --yes if it is right',
    );
  return ask(`Send now: ${what}?`);
}

/** What became of it, for a person. */
export function showPush({ target, report }: Pushed, { colors, print }: Terminal, call: CommandLine): void {
  if (report === undefined) {
    print(
      `${colors.bold(target)}: left to whoever holds the state. A running daemon does exactly this at its next poll; if it was another command, run: ${call('sync', '--target', target)}`,
    );
    return;
  }
  const left = report.failed.length + report.notStarted + report.skipped;
  print(
    `${colors.bold(target)}: ${left === 0 ? colors.green('✓') : colors.yellow('partly done,')} ${countsDone(report.applied, report.failed)}`,
  );
  for (const { operation, failure } of report.failed) {
    const status = failure.status === undefined ? '' : ` ${failure.status}`;
    print(
      `  ${colors.red('failed')} ${operation.verb} ${resourceTypeName(operation.type)} ${printable(operation.label)}: ${failure.class}${status}, ${printable(failure.detail)}`,
    );
  }
  if (left > 0) print('  What is left is tried again by the next cycles, for a day.');
}

/** The same for scripts. */
export function pushJson({ target, report }: Pushed): unknown {
  if (report === undefined) return { target, leftTo: 'daemon' };
  return {
    target,
    applied: operationsJson(report.applied),
    failed: report.failed.map(({ operation, failure }) => ({ operation: operationJson(operation), failure })),
    notStarted: report.notStarted,
  };
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

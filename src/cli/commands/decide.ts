import type { CommandLine } from '../../bridge/command-line.ts';
import { decide as decideHold, type DecideAnswer, type DecideRequest } from '../../bridge/decide.ts';
import { decisionJson } from '../../bridge/json/decision.ts';
import { countsToDo } from '../../core/wording/operation-counts.ts';
import { commandLine } from '../command-line.ts';
import { shellUser } from '../decider.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { deciderText } from '../show-plan.ts';
import { printJson } from '../terminal.ts';

export interface DecideOptions {
  readonly target?: string;
  readonly json: boolean;
}

/** Releases or drops what is held, or would be held now. */
export async function decide(
  decision: DecideRequest['decision'],
  holdId: string,
  { target, json }: DecideOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const call = commandLine(context);
      const answer = await decideHold(app, { decision, holdId, target, by: shellUser() }, stopping);
      if (json) printJson(terminal, decisionJson(answer));
      else terminal.print(sentence(answer, call));
      return 0;
    }),
  );
}

function sentence({ decision, holdId, target, operations, as, rejection }: DecideAnswer, call: CommandLine): string {
  const what = `${holdId} on ${target} (${countsToDo(operations)})`;
  if (decision === 'reject') {
    return as === 'rejected'
      ? `Rejected already, by ${deciderText(rejection?.by)} at ${rejection?.at ?? ''}: ${what}. It stays undone.`
      : `Rejected: ${what}. It stays undone as long as the directory shows the same; ${call('approve', holdId)} takes it back.`;
  }
  if (as === 'approved') return `Approved already, and under way: ${what}.`;
  const then = `A running daemon carries it out at its next poll; without one, run: ${call('sync')}`;
  if (as === 'rejected')
    return `Approved, and the rejection by ${deciderText(rejection?.by)} taken back: ${what}. ${then}`;
  return as === 'planned'
    ? `Approved: ${what}. It counts for the cycle that holds exactly this. ${then}`
    : `Approved: ${what}. ${then}`;
}

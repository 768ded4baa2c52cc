import type { CommandLine } from '../../bridge/command-line.ts';
import { undoJson } from '../../bridge/json/undo.ts';
import { undo as undoCycle, type UndoneCycle } from '../../bridge/undo.ts';
import { count, inWords } from '../../core/wording/count.ts';
import { printable } from '../../core/wording/foreign.ts';
import { commandLine } from '../command-line.ts';
import { shellUser } from '../decider.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';

export interface UndoOptions {
  readonly target?: string;
  readonly json: boolean;
}

/** Takes back what a cycle took away. Exit code 0, or 1 when something cannot be given back. */
export async function undo(cycle: string, { target, json }: UndoOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const undone = await undoCycle(app, { cycle, target, by: shellUser() }, stopping);
      const call = commandLine(context);
      if (json) printJson(terminal, { cycle, targets: undone.map(undoJson) });
      else for (const one of undone) for (const line of sentences(one, call)) terminal.print(line);
      return undone.some(({ unknown }) => unknown.length > 0) ? 1 : 0;
    }),
  );
}

function sentences(one: UndoneCycle, call: CommandLine): string[] {
  const { target, holdId, back, others, unknown, approved, isRepeated, operations } = one;
  const then = `A running daemon carries it out at its next poll; without one, run: ${call('sync', '--target', target)}`;
  const off = others === 0 ? [] : [`  ${count(others, 'removal')} took no access of ours away: left as it is`];
  const again = approved.map((id) => `${target}: the undo is taken back: what ${id} holds is approved. ${then}`);
  if (holdId === undefined && unknown.length === 0) {
    const nothing = `${target}: nothing to undo: this cycle took nothing away (${count(operations, 'operation')})`;
    return again.length > 0 ? again : [nothing, ...off];
  }
  const lost =
    unknown.length === 0
      ? []
      : [
          `  ${count(unknown.length, 'account')} cannot be created again: no directory has them any more: ${unknown.slice(0, 5).map(printable).join(', ')}${unknown.length > 5 ? ', …' : ''}`,
        ];
  if (holdId === undefined) return [...again, `${target}: nothing can be taken back`, ...lost, ...off];
  return [
    ...again,
    isRepeated
      ? `${target}: taken back before: ${contentText(back)}. What of it is not there yet is tried again. ${then}`
      : `${target}: taken back: ${contentText(back)}. ${then}`,
    `  It is held from then on, as if rejected, until the directory changes or a person says: ${call('approve', holdId)}`,
    ...lost,
    ...off,
  ];
}

function contentText(back: UndoneCycle['back']): string {
  const those = (verb: string) => back.filter((one) => one.verb === verb);
  const members = those('members').reduce((sum, { add = [] }) => sum + add.length, 0);
  const parts = [
    [those('reactivate').length, 'reactivation'],
    [those('create').length, 'creation'],
    [members, 'membership'],
  ] as const;
  return inWords(parts.flatMap(([number, noun]) => (number === 0 ? [] : [count(number, noun)])));
}

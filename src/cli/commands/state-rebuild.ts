import { rebuiltJson } from '../../bridge/json/state.ts';
import { rebuildState, type RebuiltTarget } from '../../bridge/state/rebuild.ts';
import { count, inWords } from '../../core/wording/count.ts';
import { printable } from '../../core/wording/foreign.ts';
import { progressObserver } from '../progress.ts';
import { asideText, confirmReplacement } from '../replaced-state.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';
import type { StateOptions } from './state.ts';

/** As many of each kind as a person reads. */
const mostShown = 10;

/** The state is made again from directories and targets. */
export function rebuild({ json, yes }: StateOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const rebuilt = await rebuildState(app, confirmReplacement(app, yes, terminal), stopping);
      if (rebuilt === undefined) return 0;
      if (json) {
        printJson(terminal, rebuiltJson(rebuilt));
        return 0;
      }
      for (const target of rebuilt.made) for (const line of linesOf(target)) terminal.print(line);
      terminal.print(`The next cycle looks at every account once, and sends what differs.${asideText(rebuilt.aside)}`);
      return 0;
    }),
  );
}

function linesOf({ target, joined, missing, unjoined, others }: RebuiltTarget): string[] {
  const { user, group } = others;
  const foreign = [...(user ?? []), ...(group ?? [])].length;
  return [
    `${target}: linked again: ${inWords([count(joined.user, 'user'), count(joined.group, 'group')])}`,
    ...some(
      `  ${count(missing.length, 'entry')} not there: the next cycle makes them, within guard.creations`,
      missing.map(({ type, label }) => `${type} ${printable(label)}`),
    ),
    ...some(
      `  ${count(unjoined.length, 'entry')} could not be joined:`,
      unjoined.map(
        ({ type, label, reasons }) =>
          `${type} ${printable(label)}: ${reasons.map(({ text }) => printable(text)).join('; ')}`,
      ),
    ),
    ...(foreign === 0
      ? []
      : [
          `  ${count(foreign, 'account')} there that nobody in the directories has: left as they are, also those of people who have left`,
        ]),
    ...(user === undefined || group === undefined
      ? ['  it does not list everybody: who has left the scope could not be looked for']
      : []),
  ];
}

function some(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > mostShown ? [`    and ${items.length - mostShown} more; --json has all of them`] : [];
  return [title, ...items.slice(0, mostShown).map((item) => `    ${item}`), ...more];
}

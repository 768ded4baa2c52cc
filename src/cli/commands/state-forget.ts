import { forgottenJson } from '../../bridge/json/state.ts';
import { forget as forgetEntry, type Forgettable, type Forgotten } from '../../bridge/state/forget.ts';
import type { Link } from '../../core/model/link.ts';
import { count, inWords } from '../../core/wording/count.ts';
import { isConfirmed } from '../confirm.ts';
import { progressObserver } from '../progress.ts';
import { interruptible, withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';
import type { StateOptions } from './state.ts';

/** What is remembered about one person or group is erased. */
export function forget(who: string, { json, yes }: StateOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(context, progressObserver(terminal), (app) =>
    interruptible(app, async ({ stopping }) => {
      const isWanted = (whom: Forgettable) => isConfirmed(questionText(whom), yes, terminal);
      const forgotten = await forgetEntry(app, { who, evenInScope: yes, isWanted }, stopping);
      if (forgotten === undefined) return 0;
      if (json) printJson(terminal, forgottenJson(forgotten));
      else terminal.print(doneText(forgotten));
      return 0;
    }),
  );
}

function questionText({ sourceId, links }: Forgettable): string {
  const stay =
    links.length === 0 ? '' : `; ${accountsText(links)} stay as they are, and nothing ends their access any more`;
  return `This erases all that is remembered about ${sourceId}, in the provisioning log as well${stay}`;
}

function doneText({ sourceId, links, inScopeOf, logEntries, decisions }: Forgotten): string {
  const erased = inWords([
    count(links.length, 'link'),
    `${count(logEntries, 'entry')} of the provisioning log`,
    ...(decisions === 0 ? [] : [count(decisions, 'decision')]),
  ]);
  const stay = links.length === 0 ? '' : ` On the targets nothing was changed: ${accountsText(links)}.`;
  const again =
    inScopeOf.length === 0
      ? ''
      : ` They are still in scope of ${inScopeOf.join(', ')}: the next cycle remembers them anew.`;
  return `Erased, of ${sourceId}: ${erased}.${stay}${again}`;
}

function accountsText(links: readonly Link[]): string {
  return links
    .map(({ target, type, targetId, lifecycle }) => `${type} ${targetId} on ${target} (${lifecycle})`)
    .join(', ');
}

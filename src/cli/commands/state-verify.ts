import { verifyState } from '../../bridge/state/verify.ts';
import type { LogFlaw } from '../../core/model/log-entry.ts';
import { count, whole } from '../../core/wording/count.ts';
import { withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';

/** As many as a person reads. */
const mostShown = 20;

/** Reads the state and the provisioning log, and says whether they are as they were written. Exit code 0, or 4. */
export async function stateVerify({ json }: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(
    context,
    () => undefined,
    async (app) => {
      const { log } = await verifyState(app);
      if (json) printJson(terminal, { state: 'whole', log });
      else {
        terminal.print('state: whole');
        if (log.others > 0)
          terminal.print(
            `provisioning log: ${count(log.others, 'entry')} of the state that was there before, which only its key would prove`,
          );
        terminal.print(
          log.flaws.length === 0
            ? `provisioning log: ${count(log.entries, 'entry')}, as they were written${log.erased === 0 ? '' : `; somebody was erased from ${whole(log.erased)} of them, by state forget`}`
            : `provisioning log: ${count(log.entries, 'entry')}; not as they were written:`,
        );
        for (const flaw of log.flaws.slice(0, mostShown)) terminal.print(`  ${flawText(flaw)}`);
        if (log.flaws.length > mostShown) terminal.print(`  and ${whole(log.flaws.length - mostShown)} more`);
      }
      return log.flaws.length === 0 ? 0 : 4;
    },
  );
}

function flawText({ kind, from, to }: LogFlaw): string {
  const which = from === to ? `entry ${from}` : `entries ${from} to ${to}`;
  switch (kind) {
    case 'missing':
      return `${which}: missing, without having become too old`;
    case 'changed':
      return `${which}: changed, or put in`;
    case 'unreadable':
      return `before entry ${from}: a line that cannot be read`;
    case 'header':
      return `before entry ${from}: the first line of a file is missing, changed or put in`;
  }
}

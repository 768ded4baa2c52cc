import { testNotifiers } from '../../bridge/notify.ts';
import { interruptibleReading, withApp, type CommandContext } from '../session.ts';
import { printJson } from '../terminal.ts';

/** Tells everybody in `notify` that this is a test. Exit code 0: all of them took it; 1: somebody did not. */
export async function notifyTest({ json }: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const { terminal } = context;
  return withApp(
    context,
    () => undefined,
    (app) =>
      interruptibleReading(app, async (signal) => {
        const tested = await testNotifiers(app, signal);
        if (json) printJson(terminal, { notifiers: tested });
        else {
          const { green, red } = terminal.colors;
          for (const { notifier, delivery } of tested)
            terminal.print(
              delivery.ok ? `${green('✓')} ${notifier} took the test` : `${red('✗')} ${notifier}: ${delivery.problem}`,
            );
        }
        return tested.every(({ delivery }) => delivery.ok) ? 0 : 1;
      }),
  );
}

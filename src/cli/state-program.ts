import type { Command } from 'commander';
import type { StateOptions } from './commands/state.ts';
import type { CommandContext } from './session.ts';

type Given = { readonly config?: string; readonly target?: string } & StateOptions;

/** `dir2scim state …`: what a person decides about the state. None of it but `verify` runs beside a daemon. */
export function addState(
  group: Command,
  begin: (parent: Command, name: string, description: string) => Command,
  contextOf: (given: { readonly config?: string }) => CommandContext,
  finish: (exitCode: number) => void,
): void {
  const command = (name: string, description: string): Command =>
    begin(group, name, description)
      .option('--yes', 'do not ask', false)
      .option('--json', 'print the result as JSON', false);
  begin(group, 'verify', 'reads the state and the provisioning log, and says whether they are as they were written')
    .option('--json', 'print the result as JSON', false)
    .action(async (given: Given) => {
      const { stateVerify } = await import('./commands/state-verify.ts');
      finish(await stateVerify(given, contextOf(given)));
    });
  command('rebind', 'the service of a target moved: keeps its links, after a look at some of them at the new url')
    .argument('<target>', 'a target of the configuration')
    .action(async (target: string, given: Given) => {
      const { rebind } = await import('./commands/state.ts');
      finish(await rebind(target, given, contextOf(given)));
    });
  command('rename', 'a target has another name in the configuration: what is known about it goes along')
    .argument('<old>', 'the name that it had')
    .argument('<new>', 'the name that it has now')
    .action(async (before: string, now: string, given: Given) => {
      const { rename } = await import('./commands/state.ts');
      finish(await rename(before, now, given, contextOf(given)));
    });
  command('reset', 'a target is another service now: forgets its links, so that the next cycle matches and adopts anew')
    .argument('<target>', 'a target of the configuration, or one that it does not name any more')
    .action(async (target: string, given: Given) => {
      const { reset } = await import('./commands/state.ts');
      finish(await reset(target, given, contextOf(given)));
    });
  command('relink', 'one entry is the same person or group as another one that is gone: hands over what that one has')
    .argument('<old>', 'the source id of the entry that is gone')
    .argument('<new>', 'the source id of the entry that came in its place')
    .option('--target <name>', 'only this target')
    .action(async (before: string, now: string, given: Given) => {
      const { relink } = await import('./commands/relink.ts');
      finish(await relink(before, now, given, contextOf(given)));
    });
  command(
    'recheck',
    'something was put back or lost: the next cycle looks at every linked account, and sends what differs',
  ).action(async (given: Given) => {
    const { recheck } = await import('./commands/state.ts');
    finish(await recheck(given, contextOf(given)));
  });
  command('repin', 'a directory is another one now: takes it as it is')
    .argument('<directory>', 'a directory of the configuration')
    .action(async (directory: string, given: Given) => {
      const { repin } = await import('./commands/state.ts');
      finish(await repin(directory, given, contextOf(given)));
    });
}

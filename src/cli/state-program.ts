import type { Command } from 'commander';
import type { StateOptions } from './commands/state.ts';
import type { CommandContext } from './session.ts';

type Given = { readonly config?: string; readonly target?: string } & StateOptions;

/** `dir2scim state …`: what a person decides about the state. None of it but `verify` and `export` runs beside a daemon. */
export function addState(group: Command, begin: Begin, contextOf: ContextOf, finish: (exitCode: number) => void): void {
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
  addLinks(command, contextOf, finish);
  addWhole(group, begin, command, contextOf, finish);
}

type Begin = (parent: Command, name: string, description: string) => Command;
type AddCommand = (name: string, description: string) => Command;
type ContextOf = (given: { readonly config?: string }) => CommandContext;

/** Whose accounts are whose. */
function addLinks(command: AddCommand, contextOf: ContextOf, finish: (exitCode: number) => void): void {
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

/** The state as a whole, and everything about one person. */
function addWhole(
  group: Command,
  begin: Begin,
  command: AddCommand,
  contextOf: ContextOf,
  finish: (exitCode: number) => void,
): void {
  begin(group, 'export', 'writes the state to a file that another installation can take in: ids and times, no secrets')
    .argument('<file>', 'where to write it')
    .option('--json', 'print the result as JSON', false)
    .action(async (file: string, given: Given) => {
      const { stateExport } = await import('./commands/state-export.ts');
      finish(await stateExport(file, given, contextOf(given)));
    });
  command('import', 'takes in what state export wrote; the state that there is is kept aside')
    .argument('<file>', 'what state export wrote')
    .action(async (file: string, given: Given) => {
      const { stateImport } = await import('./commands/state-export.ts');
      finish(await stateImport(file, given, contextOf(given)));
    });
  command(
    'rebuild',
    'makes the state again from directories and targets, and removes nothing; the one that there is is kept aside',
  ).action(async (given: Given) => {
    const { rebuild } = await import('./commands/state-rebuild.ts');
    finish(await rebuild(given, contextOf(given)));
  });
  command('forget', 'erases what is remembered about one person or group, in the provisioning log as well')
    .argument('<who>', 'a source id, a DN, userName or mail, or the userName on a target of somebody who has left')
    .action(async (who: string, given: Given) => {
      const { forget } = await import('./commands/state-forget.ts');
      finish(await forget(who, given, contextOf(given)));
    });
}

import { Argument, type Command } from 'commander';
import { exampleText } from './help-examples.ts';
import { shells, type Shell } from './completion/shells.ts';
import type { CommandContext } from './session.ts';

/** `dir2scim completion SHELL`, and what that asks at each press of the tabulator key. */
export function addCompletion(
  program: Command,
  contextOf: (given: { readonly config?: string }) => CommandContext,
  finish: (exitCode: number) => void,
): void {
  program
    .command('completion')
    .description('prints what a shell needs to complete commands, options, and names of the configuration')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', exampleText('completion'))
    .exitOverride()
    .copyInheritedSettings(program)
    .action(async (shell: Shell) => {
      const { completion } = await import('./commands/completion.ts');
      finish(await completion(shell, contextOf({})));
    });
  program
    .command('complete', { hidden: true })
    .description('what a word may become, for shells: dir2scim completion')
    .argument('[words...]', 'what was typed after dir2scim, after --; the last word as far as it is')
    .addHelpText('after', exampleText('complete'))
    .exitOverride()
    .copyInheritedSettings(program)
    .action(async (words: string[]) => {
      const { completeWord } = await import('./commands/completion.ts');
      finish(await completeWord(program, words, contextOf({})));
    });
}

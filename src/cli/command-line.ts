import type { CommandLine } from '../bridge/command-line.ts';
import type { CommandContext } from './session.ts';

/**
 * How commands are typed here: with the way the program is called (in a checkout it runs from its sources, by npm), and
 * with the configuration, when one was given on the command line.
 */
export function commandLine(context: TypingContext): CommandLine {
  const { program, options } = wayOf(context);
  return (...words) => [program, ...words.map(quoted), ...options].join(' ');
}

/**
 * Completes texts of ours in which commands stand as `dir2scim state reset wiki`, such as what an error says is to be
 * done: with the commands as they are typed here.
 */
export function typedHere(context: TypingContext): (text: string) => string {
  const { program, options } = wayOf(context);
  return (text) => text.replaceAll(named, (_whole, words: string) => [program, words, ...options].join(' '));
}

type TypingContext = Pick<CommandContext, 'config' | 'configGiven'>;

/** A command by its name, or by two: `plan`, `state rebind`. What follows are arguments, or the rest of a sentence. */
const named =
  /\bdir2scim ((?:approve|reject|plan|apply|sync|verify|status|check|explain|doctor|retry|log|undo|init|support-bundle)\b|(?:state|notify|report) [a-z]+)/g;

function wayOf({ config, configGiven }: TypingContext): { readonly program: string; readonly options: string[] } {
  return {
    program: import.meta.filename.endsWith('.ts') ? 'npm run -s dir2scim --' : 'dir2scim',
    options: configGiven === true ? ['--config', quoted(config)] : [],
  };
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

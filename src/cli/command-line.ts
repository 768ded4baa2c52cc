import type { CommandLine } from '../bridge/command-line.ts';
import type { CommandContext } from './session.ts';

/**
 * How commands are typed here: with the way the program is called (in a checkout it runs from its sources, by npm), and
 * with the configuration, when one was given on the command line.
 */
export function commandLine(context: TypingContext, platform: NodeJS.Platform = process.platform): CommandLine {
  const { program, options } = wayOf(context, platform);
  return (...words) => [program, ...words.map((word) => quoted(word, platform)), ...options].join(' ');
}

/**
 * Completes texts of ours in which commands stand as `dir2scim state reset wiki`, such as what an error says is to be
 * done: with the commands as they are typed here.
 */
export function typedHere(context: TypingContext): (text: string) => string {
  const { program, options } = wayOf(context, process.platform);
  return (text) => text.replaceAll(named, (_whole, words: string) => [program, words, ...options].join(' '));
}

type TypingContext = Pick<CommandContext, 'config' | 'configGiven'>;

/** A command by its name, or by two: `plan`, `state rebind`. What follows are arguments, or the rest of a sentence. */
const named =
  /\bdir2scim ((?:approve|reject|plan|apply|sync|verify|status|check|explain|doctor|retry|log|undo|init|support-bundle)\b|(?:state|notify|report) [a-z]+)/g;

function wayOf(
  { config, configGiven }: TypingContext,
  platform: NodeJS.Platform,
): { readonly program: string; readonly options: string[] } {
  return {
    program: import.meta.filename.endsWith('.ts') ? 'npm run -s dir2scim --' : 'dir2scim',
    options: configGiven === true ? ['--config', quoted(config, platform)] : [],
  };
}

/** For a POSIX shell; on Windows for cmd and PowerShell, where no file name has a quotation mark. */
function quoted(word: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

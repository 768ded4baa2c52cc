import type { CommandLine } from '../bridge/command-line.ts';
import type { CommandContext } from './session.ts';

/**
 * How commands are typed here: with the way the program is called (in a checkout it runs from its sources, by npm), and
 * with the configuration, when one was given on the command line.
 */
export function commandLine({ config, configGiven }: Pick<CommandContext, 'config' | 'configGiven'>): CommandLine {
  const program = import.meta.filename.endsWith('.ts') ? 'npm run -s dir2scim --' : 'dir2scim';
  const rest = configGiven === true ? ['--config', config] : [];
  return (...words) => [program, ...[...words, ...rest].map(quoted)].join(' ');
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { readConfiguredNames } from '../../config/configured-names.ts';
import { complete, readTyped } from '../completion/complete.ts';
import type { Shell } from '../completion/shells.ts';
import type { CommandContext } from '../session.ts';

/** Prints what a shell needs to complete commands. */
export async function completion(shell: Shell, { terminal }: CommandContext): Promise<number> {
  const file = new URL(`../../../config/completion/dir2scim.${shell}`, import.meta.url);
  terminal.print((await readFile(file, 'utf8')).trimEnd());
  return 0;
}

/** Answers a shell: a word a line, with a tab and what it is about; `:files` where a file belongs. */
export async function completeWord(
  program: Command,
  words: readonly string[],
  { terminal, config }: CommandContext,
): Promise<number> {
  const typed = readTyped(program, words);
  const found = complete(typed, await readConfiguredNames(typed.config ?? config));
  if (found.kind === 'files') terminal.print(':files');
  else for (const { word, about } of found.words) terminal.print(about === '' ? word : `${word}\t${about}`);
  return 0;
}

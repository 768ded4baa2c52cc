import type { Argument, Command, Option } from 'commander';
import type { ConfiguredNames } from '../../config/configured-names.ts';

/** What may stand at a place of the command line: words, or the name of a file. */
export type Completion =
  { readonly kind: 'words'; readonly words: readonly CompletedWord[] } | { readonly kind: 'files' };

export interface CompletedWord {
  readonly word: string;
  readonly about: string;
}

/** What was typed so far, as the definitions of the commands understand it. */
export interface TypedLine {
  readonly command: Command;
  /** How many arguments of the command stand before the word. */
  readonly argumentsBefore: number;
  /** The option whose value is typed. */
  readonly valueOf: Option | undefined;
  /** What of the word is typed before its value: `--target=`. */
  readonly prefix: string;
  /** The configuration that was given on this line. */
  readonly config: string | undefined;
  /** The word that is typed, as far as it is. */
  readonly word: string;
}

/**
 * Reads a line that is being typed.
 *
 * @param words what follows the name of the program; the last one is being typed, and may be empty
 */
export function readTyped(program: Command, words: readonly string[]): TypedLine {
  // Bash hands `--target=wiki` over in three words.
  const typed = words.flatMap((word, index) => (word === '=' && index < words.length - 1 ? [] : [word]));
  const last = typed.at(-1) === '=' ? '' : (typed.at(-1) ?? '');
  let command = program;
  let argumentsBefore = 0;
  let open: Option | undefined;
  let config: string | undefined;
  for (const word of typed.slice(0, -1)) {
    if (open !== undefined) {
      if (open.attributeName() === 'config') config = word;
      open = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const [name = '', value] = word.split(/=(.*)/s);
      const option = optionOf(command, name);
      if (option?.attributeName() === 'config' && value !== undefined) config = value;
      if (value === undefined && takesValue(option)) open = option;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) argumentsBefore += 1;
    else command = next;
  }
  const [name = '', value] = open === undefined && last.startsWith('--') ? last.split(/=(.*)/s) : [];
  if (value === undefined) return { command, argumentsBefore, valueOf: open, prefix: '', config, word: last };
  return { command, argumentsBefore, valueOf: optionOf(command, name), prefix: `${name}=`, config, word: value };
}

/** What the word that is being typed may become. */
export function complete(
  { command, argumentsBefore, valueOf, prefix, word }: TypedLine,
  names: ConfiguredNames,
): Completion {
  if (valueOf !== undefined) {
    const values = valuesOf(valueOf, valueOf.flags, names);
    if (values === 'files') return { kind: 'files' };
    return fitting(
      values.map((value) => ({ word: `${prefix}${value}`, about: '' })),
      `${prefix}${word}`,
    );
  }
  if (word.startsWith('-')) return fitting(optionsOf(command), word);
  if (command.commands.length > 0) return fitting(commandsOf(command), word);
  const argument = command.registeredArguments[argumentsBefore];
  const values = argument === undefined ? [] : valuesOf(argument, argument.name(), names);
  if (values === 'files') return { kind: 'files' };
  return fitting(
    values.map((value) => ({ word: value, about: '' })),
    word,
  );
}

function fitting(words: readonly CompletedWord[], begun: string): Completion {
  return { kind: 'words', words: words.filter(({ word }) => word.startsWith(begun)) };
}

function commandsOf(command: Command): CompletedWord[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ word: one.name(), about: one.description() }));
}

function optionsOf(command: Command): CompletedWord[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description }));
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find(({ short, long }) => short === name || long === name);
}

function takesValue(option: Option | undefined): boolean {
  return option !== undefined && (option.required || option.optional);
}

/** By what the definition calls the value: `target`, `<file>`; an option `--target <name>` is about a target. */
function valuesOf(
  { argChoices }: Pick<Option | Argument, 'argChoices'>,
  called: string,
  names: ConfiguredNames,
): readonly string[] | 'files' {
  if (argChoices !== undefined) return argChoices;
  if (/<?\bfile\b>?$|<folder>$/.test(called)) return 'files';
  if (/^(?:target|--target <name>)$/.test(called)) return names.targets;
  return called === 'directory' ? names.directories : [];
}

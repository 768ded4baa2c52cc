import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from 'commander';
import { helpExamples } from '../../../src/cli/help-examples.ts';
import { createProgram } from '../../../src/cli/program.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

const nowhere = {} as Terminal;

/** Every command and group of commands, by its words after the program's name. */
function everyCommand(command: Command, words: readonly string[] = []): [string, Command][] {
  return [[words.join(' '), command], ...command.commands.flatMap((one) => everyCommand(one, [...words, one.name()]))];
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return text;
}

describe('--help', () => {
  const commands = everyCommand(createProgram(nowhere, () => undefined));

  for (const [words, command] of commands) {
    it(`of "dir2scim ${words}" ends with an example of it`, () => {
      const [, examples = ''] = helpOf(command).split(/^Examples?:\n/m);
      assert.match(examples, new RegExp(`^ {2}dir2scim ${words}`));
    });
  }

  it('has examples of nothing that is no command', () => {
    const known = new Set(commands.map(([words]) => words));
    assert.deepEqual(
      Object.keys(helpExamples).filter((words) => !known.has(words)),
      [],
    );
  });
});

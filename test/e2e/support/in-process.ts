import { createColors } from 'picocolors';
import { decide } from '../../../src/cli/commands/decide.ts';
import { sync } from '../../../src/cli/commands/sync.ts';
import type { CommandContext } from '../../../src/cli/session.ts';

/** What a command came to that ran inside the test: the program without the start of a process. */
export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly notes: string;
}

/** `dir2scim sync --json`, without a process of its own. */
export function syncHere(config: string): Promise<CommandResult> {
  return runHere(config, (context) => sync({ full: false, json: true }, context));
}

/** `dir2scim approve HOLD_ID`. */
export function approveHere(config: string, holdId: string): Promise<CommandResult> {
  return runHere(config, (context) => decide('approve', holdId, { json: true }, context));
}

async function runHere(config: string, command: (context: CommandContext) => Promise<number>): Promise<CommandResult> {
  let output = '';
  let notes = '';
  const code = await command({
    config,
    terminal: {
      ...quietContext(config).terminal,
      print: (line) => void (output += `${line}\n`),
      note: (line) => void (notes += `${line}\n`),
    },
  });
  return { code, output, notes };
}

/** A command's surroundings when nobody is looking. */
export function quietContext(config: string): CommandContext {
  return {
    config,
    terminal: {
      colors: createColors(false),
      interactive: false,
      width: 80,
      print: () => undefined,
      note: () => undefined,
    },
  };
}

import { join } from 'node:path';
import { runProgram, startProgram, type ProgramResult, type RunningProgram } from '../../support/program.ts';
import { childEnvironment, type Site } from './site.ts';

export const killingMain = join(import.meta.dirname, 'killing-main.ts');

/** A sync as a child process that ends itself at this operation on its state (`12:halfway`), or at none. */
export function syncKilledAt(site: Site, at = ''): Promise<ProgramResult> {
  return runProgram([site.config], { ...childEnvironment, KILL_AT: at }, killingMain);
}

/** A sync as a child process, for whoever wants to kill it. */
export function startSync(site: Site): Promise<RunningProgram> {
  return startProgram([site.config], childEnvironment, killingMain);
}

/** A command as a child process that ends itself at this operation on its state. */
export function commandKilledAt(site: Site, args: readonly string[], at: string): Promise<ProgramResult> {
  return runProgram([site.config, ...args], { ...childEnvironment, KILL_AT: at }, killingMain);
}

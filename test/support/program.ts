import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The command line as its users start it. */
const entry = join(import.meta.dirname, '../../src/cli/main.ts');

export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly pid: number;
  /** Called with every line that it prints, on either stream. */
  onLine(listener: (line: string) => void): void;
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<ProgramResult>;
  /** Its end, whenever that comes. */
  readonly ended: Promise<ProgramResult>;
}

/** Runs a command of dir2scim to its end. */
export async function runProgram(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  main = entry,
): Promise<ProgramResult> {
  return (await startProgram(args, environment, main)).ended;
}

/** Starts a command of dir2scim as a child process that cannot outlive this one. */
export async function startProgram(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  main = entry,
): Promise<RunningProgram> {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('dir2scim has no process id');
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const ended = collect(child).finally(() => process.off('exit', onExit));
  const lines = [child.stdout, child.stderr].map((input) => createInterface({ input }));
  return {
    pid,
    onLine: (listener) => {
      for (const one of lines) one.on('line', listener);
    },
    stop: (signal) => {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

async function collect(child: ChildProcess): Promise<ProgramResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

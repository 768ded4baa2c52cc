import { startProgram, type ProgramResult, type RunningProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';
import { childEnvironment, type Site } from './site.ts';

/** A running `dir2scim run`, seen from outside. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  /** Every line of its log, parsed where it is JSON. */
  readonly log: readonly Record<string, unknown>[];
  /** The log as it was written. */
  text(): string;
  readonly ended: Promise<ProgramResult>;
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Cycles that have ended, of one result or of any. */
  cycles(result?: string): Promise<number>;
  /** Waits until so many more cycles have ended. */
  moreCycles(count: number, result?: string): Promise<void>;
  said(event: string): boolean;
  kill(signal: NodeJS.Signals): void;
}

/** Sections of a configuration for a daemon in a test. */
export const daemonSections = 'schedule: { poll: 300ms }\nhttp: { listen: "127.0.0.1:0" }\nlog: { format: json }';

/** Starts the daemon and waits until it answers. */
export async function startDaemon(
  site: Pick<Site, 'config'>,
  environment: Readonly<Record<string, string>> = {},
  start = (all: NodeJS.ProcessEnv): Promise<RunningProgram> => startProgram(['run', '--config', site.config], all),
): Promise<Daemon> {
  const program = await start({ ...childEnvironment, ...environment });
  const lines: string[] = [];
  const log: Record<string, unknown>[] = [];
  const over = new AbortController();
  const ended = program.ended.finally(() => {
    over.abort(new Error(`the daemon has ended: ${lines.join('\n')}`));
  });
  program.onLine((line) => {
    lines.push(line);
    const fields = parse(line);
    if (fields !== undefined) log.push(fields);
  });
  const said = (event: string): boolean => log.some((line) => line['event'] === event);
  await until('the daemon answers', () => said('http_started') || over.signal.aborted);
  over.signal.throwIfAborted();
  const address = String(log.find((line) => line['event'] === 'http_started')?.['address']);
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(address + path);
    return { status: answer.status, text: await answer.text() };
  };
  const cycles = async (result = '\\w+'): Promise<number> => {
    const { text } = await get('/metrics');
    const counts = text.matchAll(
      new RegExp(
        `^dir2scim_cycles_total\\{[^}]*result="${result === 'error' ? '\\w*error' : result}"[^}]*\\} (\\d+)`,
        'gm',
      ),
    );
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  return {
    pid: program.pid,
    log,
    text: () => lines.join('\n'),
    ended,
    get,
    cycles,
    moreCycles: async (count, result) => {
      const before = await cycles(result);
      await until(`${count} more cycles`, async () => (await cycles(result)) >= before + count);
    },
    said,
    kill: (signal) => void process.kill(program.pid, signal),
    async [Symbol.asyncDispose]() {
      if (!over.signal.aborted) await program.stop('SIGKILL');
    },
  };
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

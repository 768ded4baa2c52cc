import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface RunningProcess {
  readonly pid: number;
  /** True until the process has ended. */
  readonly running: () => boolean;
  /** Ends it with a signal and waits for the end. Doing it twice does no harm. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a server in the foreground as a child of this process, without pipes that it could keep open. */
export async function startProcess(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningProcess> {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  child.once('exit', () => process.off('exit', onExit));
  return { pid, running, stop: (signal = 'SIGKILL') => stop(child, running, signal) };
}

async function stop(child: ChildProcess, running: () => boolean, signal: NodeJS.Signals): Promise<void> {
  if (!running()) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Runs a command with text on its standard input; resolves with its standard output, rejects with what it complained about. */
export async function runWithInput(command: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  child.stdin.on('error', () => undefined); // the command may end before it has read everything
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${complaint}${output}`);
  return output;
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

/** Waits until something accepts connections there, or throws when the process has ended or the time is up. */
export async function waitForPort(
  host: string,
  port: number,
  server: RunningProcess,
  milliseconds = 30_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await accepts(host, port))) {
    if (!server.running()) throw new Error(`the server for port ${port} has ended`);
    if (performance.now() > deadline) throw new Error(`nothing listens on ${host}:${port}`);
    await wait(20);
  }
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';
import { createColors } from 'picocolors';
import { BridgeError } from '../core/model/errors.ts';
import { visibleJson } from '../core/wording/foreign.ts';
import { withoutKnown } from '../telemetry/scrub.ts';
import { usualWidth } from './layout.ts';

/** Where a command writes, and what that place can show. */
export interface Terminal {
  /** Colours on a terminal, none elsewhere or with NO_COLOR. */
  readonly colors: ReturnType<typeof createColors>;
  /** Whether progress may be drawn: standard error is a terminal. */
  readonly interactive: boolean;
  /** Columns of a line on standard output; of 80, where it is no terminal. */
  readonly width: number;
  /** A line of the command's result, on standard output. */
  readonly print: (line: string) => void;
  /** A line about what is going on, on standard error, so that results can be piped. */
  readonly note: (line: string) => void;
  /** Completes a text of ours with the commands that it names as they are typed here. Notes are completed anyway. */
  readonly typed?: ((text: string) => string) | undefined;
  /** From here on this is not printed: a server may repeat what it was sent. */
  readonly keepSecret?: ((secret: string) => void) | undefined;
  /** Asks whoever sits there, yes or no; undefined where nobody does. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** Asks for a line of text, which may be empty; undefined where nobody sits there. */
  readonly askText?: ((question: string) => Promise<string>) | undefined;
}

/** For a terminal that completes nothing. */
export function asItIs(text: string): string {
  return text;
}

/** The process's own terminal. NO_COLOR: no-color.org. */
export function processTerminal(): Terminal {
  const secrets = new Set<string>();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', goOnUnread);
  const plain = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return {
    // Asked of the system: `stdout.isTTY` is undefined where it is none, which picocolors takes for "decide yourself".
    colors: createColors(isatty(1) && !plain),
    interactive: isatty(2) && process.env['TERM'] !== 'dumb',
    width: Math.max(60, isatty(1) ? process.stdout.columns : usualWidth),
    print: (line) => void process.stdout.write(`${withoutKnown(line, secrets)}\n`),
    note: (line) => void process.stderr.write(`${withoutKnown(line, secrets)}\n`),
    keepSecret: (secret) => void secrets.add(secret),
    ask: isatty(0) && isatty(2) ? askHere : undefined,
    askText: isatty(0) && isatty(2) ? askTextHere : undefined,
  };
}

/** Only a clear yes is one. */
async function askHere(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await askTextHere(`${question} [y/N]`));
}

/** @throws BridgeError D2S_INTERRUPTED when whoever was asked goes away */
async function askTextHere(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const gone = once(asking, 'close').then(() => undefined);
  // Ctrl-C and Ctrl-D reject the question, the end of a pipe leaves it open.
  const answered = asking.question(`${question} `).catch(() => undefined);
  try {
    const answer = await Promise.race([answered, gone]);
    if (answer !== undefined) return answer.trim();
    throw new BridgeError('D2S_INTERRUPTED', 'the question was not answered', 'start again');
  } finally {
    asking.close();
  }
}

/** Whoever read has gone (`| head`): nothing is printed any more, but a cycle that is under way has to end well. */
function goOnUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
}

/** One result as JSON, for scripts: two spaces deep, so that people can read it too. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.print(visibleJson(JSON.stringify(value, jsonSafe, 2)));
}

function jsonSafe(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries<unknown>(value);
  if (value instanceof Set) return [...(value as Set<unknown>)];
  return value;
}

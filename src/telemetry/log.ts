import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { logText, scrubLine, withoutSecrets } from './scrub.ts';

export type Log = Logger;

export interface LogOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: pretty on a terminal, JSON otherwise. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Stdout unless said. */
  readonly destination?: LogDestination | undefined;
  /** Completes a message with the commands that it names as they are typed here. */
  readonly typed?: ((text: string) => string) | undefined;
  /** The secrets known by now: wherever one turns up in a line, it is replaced. */
  readonly secrets?: (() => Iterable<string>) | undefined;
}

export interface LogDestination extends DestinationStream {
  readonly isTTY?: boolean | undefined;
}

/**
 * One line an event, JSON or for a terminal. The NO_COLOR convention (no-color.org) is honoured: any non-empty value
 * switches colours off.
 */
export function createLog({ level, format, destination, secrets = () => [], typed = (text) => text }: LogOptions): Log {
  const terminal = (destination ?? process.stdout).isTTY === true;
  const lines = destination ?? pino.destination({ dest: 1, sync: true });
  // Scrubbing comes before colouring: escape codes would tear a secret apart.
  const end = format === 'pretty' || (format === 'auto' && terminal) ? prettyStream(lines, terminal) : lines;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // pino's own would add a stack and a type.
      serializers: { err: (value: unknown) => value },
      hooks: {
        logMethod(args, method) {
          method.apply(
            this,
            args.map((part: unknown) => (typeof part === 'string' ? typed(logText(part)) : part)) as typeof args,
          );
        },
      },
      formatters: { level: (label) => ({ level: label }), log: (fields) => wholeNumbers(withoutSecrets(fields)) },
    },
    { write: (line) => end.write(scrubLine(line, secrets())) },
  );
}

function prettyStream(destination: DestinationStream, terminal: boolean): DestinationStream {
  const noColour = process.env['NO_COLOR'] ?? '';
  const format = pretty.prettyFactory({
    colorize: terminal && noColour === '',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  });
  return { write: (line) => destination.write(format(line)) };
}

/** Times are measured in fractions of a millisecond, which nobody reads. */
function wholeNumbers(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'number' ? Math.round(value) : value]),
  );
}

import { createLog, type Log, type LogOptions } from '../../src/telemetry/log.ts';

/** A JSON log whose lines a test can read. */
export function logLines(level: LogOptions['level'] = 'info', secrets?: () => Iterable<string>): LogLines {
  const text: string[] = [];
  const destination = { write: (line: string) => text.push(line) };
  return {
    log: createLog({ level, format: 'json', destination, secrets }),
    text: () => text.join(''),
    lines: () => text.map((line) => withoutTime(JSON.parse(line))),
  };
}

export interface LogLines {
  readonly log: Log;
  readonly text: () => string;
  /** Each line's fields, without its time. */
  readonly lines: () => Record<string, unknown>[];
}

function withoutTime(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('a line that is no object');
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'time'));
}

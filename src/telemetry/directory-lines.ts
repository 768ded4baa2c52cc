import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { Log } from './log.ts';
import type { Repetition } from './repetition.ts';

type DirectoryEvent = Extract<CycleEvent, { kind: 'reading_started' | 'still_reading' | 'directory_read' | 'directory_failed' | 'directory_failover' }>;
type EventOf<Kind extends DirectoryEvent['kind']> = Extract<DirectoryEvent, { kind: Kind }>;

/** Lines about directories: whether and how they can be read, and which server answers. */
export function directoryLines(log: Log, repetition: Repetition): (event: DirectoryEvent) => void {
  /** How changes of each directory were found last. */
  const ways = new Map<string, string>();

  const readLine = ({ kind, ...fields }: EventOf<'directory_read'>): void => {
    const { directory, changes } = fields;
    const again = repetition.over(`directory ${directory}`);
    const isOtherWay = changes !== undefined && changes !== ways.get(directory);
    if (changes !== undefined) ways.set(directory, changes);
    if (again) log.info({ event: kind, ...fields }, `directory ${directory} can be read again`);
    else if (isOtherWay) log.info({ event: kind, ...fields }, `directory ${directory} read; changes are found by ${changes}`);
    else log.debug({ event: kind, ...fields }, `directory ${directory} read`);
  };

  const failedLine = ({ kind, message, ...fields }: EventOf<'directory_failed'>): void => {
    const repeated = repetition.tell(`directory ${fields.directory}`, fields.code);
    const level = repeated === undefined ? 'debug' : 'error';
    log[level]({ event: kind, ...fields, ...(repeated ? { repeated } : {}) }, message);
  };

  const stillLine = ({ kind, ...fields }: EventOf<'still_reading'>): void => {
    const { directory, since, entries } = fields;
    const repeated = repetition.tell(`reading ${directory}`, since);
    const level = repeated === undefined ? 'debug' : 'warn';
    log[level]({ event: kind, ...fields, ...(repeated ? { repeated } : {}) }, `directory ${directory}: still reading since ${since}, ${entries} entries so far; its targets wait`);
  };

  return (event) => {
    switch (event.kind) {
      case 'reading_started':
        log.trace({ event: event.kind, directory: event.directory });
        return;
      case 'still_reading':
        stillLine(event);
        return;
      case 'directory_read':
        readLine(event);
        return;
      case 'directory_failed':
        failedLine(event);
        return;
      case 'directory_failover': {
        const { kind, ...fields } = event;
        log.warn({ event: kind, ...fields }, `directory ${event.directory}: ${event.to} answers in place of ${event.from}`);
      }
    }
  };
}

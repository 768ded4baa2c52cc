import type { CycleEvent } from '../ports/cycle-observer.ts';
import type { Log } from './log.ts';
import type { Repetition } from './repetition.ts';

type DirectoryEvent = Extract<
  CycleEvent,
  {
    kind:
      | 'reading_started'
      | 'still_reading'
      | 'directory_read'
      | 'directory_failed'
      | 'directory_failover'
      | 'open_to_all';
  }
>;
type EventOf<Kind extends DirectoryEvent['kind']> = Extract<DirectoryEvent, { kind: Kind }>;

/** Lines about directories: whether and how they can be read, and which server answers. */
export function directoryLines(log: Log, repetition: Repetition): (event: DirectoryEvent) => void {
  /** How changes of each directory were found last. */
  const ways = new Map<string, string>();

  const readLine = ({ kind, changes, because, ...rest }: EventOf<'directory_read'>): void => {
    const { directory } = rest;
    const again = repetition.over(`directory ${directory}`);
    const isOtherWay = changes !== undefined && changes !== ways.get(directory);
    if (changes !== undefined) ways.set(directory, changes);
    const fields = { event: kind, ...rest, ...(changes === undefined ? {} : { changes: strategyIn(changes) }) };
    const why = because === undefined ? '' : `, because ${because}`;
    if (again) log.info(fields, `directory ${directory} can be read again`);
    else if (isOtherWay) log.info(fields, `directory ${directory} was read${why}; changes are found by ${changes}`);
    else log.debug(fields, `directory ${directory} was read${why}`);
  };

  const failedLine = ({ kind, directory, code, message, remedy }: EventOf<'directory_failed'>): void => {
    const isEnded = code === 'D2S_INTERRUPTED';
    const repeated = isEnded ? undefined : repetition.tell(`directory ${directory}`, code);
    const level = repeated === undefined ? 'debug' : 'error';
    log[level](
      { event: kind, directory, code, ...(repeated ? { repeated } : {}) },
      remedy === undefined || remedy === '' ? message : `${message}; ${remedy}`,
    );
  };

  const stillLine = ({ kind, ...fields }: EventOf<'still_reading'>): void => {
    const { directory, since, entries } = fields;
    const repeated = repetition.tell(`reading ${directory}`, since);
    const level = repeated === undefined ? 'debug' : 'warn';
    log[level](
      { event: kind, ...fields, ...(repeated ? { repeated } : {}) },
      `directory ${directory}: still reading since ${since}, ${entries} entries so far; its targets wait`,
    );
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
      case 'open_to_all':
        openLine(log, repetition, event);
        return;
      case 'directory_failed':
        failedLine(event);
        return;
      case 'directory_failover': {
        const { kind, ...fields } = event;
        log.warn(
          { event: kind, ...fields },
          `directory ${event.directory}: ${event.from} does not answer, ${event.to} is used`,
        );
      }
    }
  };
}

function openLine(log: Log, repetition: Repetition, { kind, directory, paths }: EventOf<'open_to_all'>): void {
  const repeated = repetition.tell(`open ${directory}`, paths.join('\n'));
  log[repeated === undefined ? 'debug' : 'warn'](
    { event: kind, directory, paths, ...(repeated ? { repeated } : {}) },
    `directory ${directory}: every user of this host may write to ${paths.join(' and ')}, and so decide who has access: chmod o-w`,
  );
}

/** `syncrepl (the server offers it)` → `syncrepl`. */
function strategyIn(changes: string): string {
  return changes.split(' ', 1)[0] ?? '';
}

import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';

export interface ReadingWatchParts {
  readonly clock: Clock;
  /** Told of a reading that goes on for long, and told again each time as long has passed. */
  readonly tell: CycleObserver;
  /** Notes it for the status, once a reading. */
  readonly remember: (directory: string, since: string) => Promise<void>;
}

/** Most directories are read within seconds; an hour is honest for a million entries. */
const patienceMilliseconds = 30_000;

/** Sees readings of directories that do not come to an end, so that people see them too: their targets wait meanwhile. */
export function createReadingWatch({ clock, tell, remember }: ReadingWatchParts): CycleObserver {
  const underWay = new Map<string, { readonly over: AbortController; entries: number }>();

  const end = (directory: string): void => {
    underWay.get(directory)?.over.abort();
    underWay.delete(directory);
  };
  const begin = async (directory: string): Promise<void> => {
    const own = { over: new AbortController(), entries: 0 };
    underWay.set(directory, own);
    const since = new Date(clock.now()).toISOString();
    for (let isFirst = true; ; isFirst = false) {
      await clock.sleep(patienceMilliseconds, own.over.signal);
      tell({ kind: 'still_reading', directory, since, entries: own.entries });
      if (isFirst) await remember(directory, since);
    }
  };

  return (event) => {
    switch (event.kind) {
      case 'reading_started':
        end(event.directory);
        void begin(event.directory).catch(() => undefined); // it ends with the reading
        return;
      case 'entries_read': {
        const own = underWay.get(event.directory);
        if (own !== undefined) own.entries = event.entries;
        return;
      }
      case 'directory_read':
      case 'directory_failed':
        end(event.directory);
        return;
      default:
    }
  };
}

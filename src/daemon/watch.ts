import { toBridgeError, type BridgeError } from '../core/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { CycleObserver } from '../ports/cycle-observer.ts';
import type { DirectorySource, WatchEnd } from '../ports/directory-source.ts';
import type { Log } from '../telemetry/log.ts';
import { createBell } from './watch-bell.ts';

export interface WatchParts {
  readonly clock: Clock;
  readonly log: Log;
}

export interface Watching {
  /** Feed it with the cycles' events: a directory is watched once it could be read, and not while its password is refused. */
  readonly observer: CycleObserver;
  /** Keeps a watch on every directory that can have one, and rings when something may have happened, until the signal. */
  readonly run: (sources: Iterable<DirectorySource>, ring: () => void, signal: AbortSignal) => Promise<void>;
}

type Watched = DirectorySource & Required<Pick<DirectorySource, 'watch'>>;

/** How often to look whether a directory can be read by now. */
const lookMilliseconds = 1_000;

/** Watches make the next round come sooner. Nothing else depends on them: the polls go on as they would without. */
export function createWatching({ clock, log }: WatchParts): Watching {
  /** Directory → how many milliseconds its last reading took. */
  const readable = new Map<string, number>();
  const tell = createTelling(log);

  const watchOnce = async (
    source: Watched,
    touch: () => void,
    signal: AbortSignal,
  ): Promise<WatchEnd | BridgeError> => {
    let hasBegun = false;
    const onChange = (): void => {
      if (!hasBegun) tell.started(source.name);
      hasBegun = true;
      touch();
    };
    return source.watch(onChange, signal).catch(toBridgeError);
  };

  const keepWatching = async (source: Watched, touch: () => void, signal: AbortSignal): Promise<void> => {
    const pauseAfter = createWatchPause();
    for (;;) {
      while (!readable.has(source.name)) await clock.sleep(lookMilliseconds, signal);
      const began = clock.monotonic();
      const end = await watchOnce(source, touch, signal);
      signal.throwIfAborted();
      tell.ended(source.name, end);
      await clock.sleep(pauseAfter(end, clock.monotonic() - began), signal);
    }
  };

  return {
    observer(event) {
      if (event.kind === 'directory_read') readable.set(event.directory, event.milliseconds);
      else if (event.kind === 'directory_failed' && event.code === 'D2S_DIRECTORY_AUTH')
        readable.delete(event.directory);
    },
    async run(sources, ring, signal) {
      // One for each: a directory that takes long to read makes the others no slower.
      const bellOf = ({ name }: Watched) =>
        createBell({ clock, readingTook: () => readable.get(name) ?? 0, ring, signal });
      const watches = [...sources].filter(isWatched).map((source) => keepWatching(source, bellOf(source), signal));
      // They end with the signal, by its error.
      await Promise.allSettled(watches);
    },
  };
}

function isWatched(source: DirectorySource): source is Watched {
  return source.watch !== undefined;
}

/** Each message about a directory is logged once, and at debug from then on. */
function createTelling(log: Log) {
  const told = new Set<string>();
  const levelOf = (...news: readonly string[]): 'info' | 'debug' => {
    const key = news.join(' ');
    if (told.has(key)) return 'debug';
    told.add(key);
    return 'info';
  };
  return {
    started(directory: string): void {
      log[levelOf(directory, 'started')](
        { event: 'watch_started', directory },
        `directory ${directory} notifies dir2scim of changes`,
      );
    },
    ended(directory: string, end: WatchEnd | BridgeError): void {
      if ('code' in end) {
        const { code, message } = end;
        log[levelOf(directory, code)](
          { event: 'watch_ended', directory, code },
          `directory ${directory} does not notify of changes and is only polled: ${message}`,
        );
      } else if (end.kind === 'unavailable') {
        const { because } = end;
        log[levelOf(directory, because)](
          { event: 'watch_unavailable', directory },
          `directory ${directory} does not notify of changes and is only polled: ${because}`,
        );
      }
    },
  };
}

const firstPause = 1_000;
const longestPause = 5 * 60_000;
/** A watch that lived so long was a good one. */
const goodMilliseconds = 60_000;
/** A wrong password is not tried more often than the polls would at last. */
const pauseAfterRefusal = 15 * 60_000;
/** A server may be set up anew, or another one may answer. */
const pauseWhenUnavailable = 60 * 60_000;

/** How many milliseconds to wait after a watch that ended like this and lived for so long. */
function createWatchPause(): (end: WatchEnd | BridgeError, lived: number) => number {
  let next = firstPause;
  return (end, lived) => {
    if ('kind' in end) return pauseWhenUnavailable;
    if (end.code === 'D2S_DIRECTORY_AUTH') return pauseAfterRefusal;
    const pause = lived >= goodMilliseconds ? firstPause : next;
    next = Math.min(pause * 2, longestPause);
    return pause;
  };
}

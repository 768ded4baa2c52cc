import { SingleBar } from 'cli-progress';
import type { Clock } from '../ports/clock.ts';
import type { Terminal } from './terminal.ts';

export interface TrialBar {
  readonly start: (total: number) => void;
  readonly step: (subject: string) => void;
  readonly stop: () => void;
}

/** How far the trials are: a bar on a terminal; elsewhere a line for whatever begins ten seconds after the last one. */
export function createTrialBar(
  { interactive, note }: Pick<Terminal, 'interactive' | 'note'>,
  clock: Pick<Clock, 'monotonic'>,
): TrialBar {
  if (!interactive) return createTrialLines(note, clock);
  const bar = new SingleBar({
    format: '  trying {bar} {value}/{total} {subject}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  return {
    start: (total) => {
      bar.start(total, 0, { subject: 'Access' });
    },
    step: (subject) => {
      bar.increment(1, { subject });
    },
    stop: () => {
      bar.stop();
    },
  };
}

const betweenLines = 10_000;

function createTrialLines(note: Terminal['note'], { monotonic }: Pick<Clock, 'monotonic'>): TrialBar {
  let [total, done, last] = [0, 0, 0];
  return {
    start(count) {
      total = count;
      last = monotonic();
    },
    step(subject) {
      done += 1;
      if (monotonic() - last < betweenLines) return;
      last = monotonic();
      note(`trying ${done} of ${total}: ${subject}`);
    },
    stop: () => undefined,
  };
}

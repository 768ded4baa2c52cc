import { SingleBar } from 'cli-progress';
import { count } from '../core/wording/count.ts';
import type { Clock } from '../ports/clock.ts';
import type { Terminal } from './terminal.ts';

export interface TrialBar {
  readonly start: (total: number) => void;
  readonly step: (subject: string) => void;
  /** A request was answered: one trial may take hundreds. */
  readonly request: () => void;
  readonly stop: () => void;
}

/** How far the trials are: a bar on a terminal; elsewhere a line ten seconds after the last one, also within one long trial. */
export function createTrialBar(
  { interactive, note }: Pick<Terminal, 'interactive' | 'note'>,
  clock: Pick<Clock, 'monotonic'>,
): TrialBar {
  if (!interactive) return createTrialLines(note, clock);
  const bar = new SingleBar({
    format: '  trying {bar} {value}/{total} {subject}, {requests} requests',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  let requests = 0;
  return {
    start: (total) => {
      bar.start(total, 0, { subject: 'Access', requests });
    },
    step: (subject) => {
      bar.increment(1, { subject, requests });
    },
    request: () => {
      requests += 1;
      bar.update({ requests });
    },
    stop: () => {
      bar.stop();
    },
  };
}

const betweenLines = 10_000;

function createTrialLines(note: Terminal['note'], { monotonic }: Pick<Clock, 'monotonic'>): TrialBar {
  let [total, done, last, requests] = [0, 0, 0, 0];
  let subject = 'Access';
  const tell = (): void => {
    if (monotonic() - last < betweenLines) return;
    last = monotonic();
    note(`trying ${done} of ${total}: ${subject}, ${count(requests, 'request')} so far`);
  };
  return {
    start(trials) {
      total = trials;
      last = monotonic();
    },
    step(tried) {
      done += 1;
      subject = tried;
      tell();
    },
    request() {
      requests += 1;
      tell();
    },
    stop: () => undefined,
  };
}

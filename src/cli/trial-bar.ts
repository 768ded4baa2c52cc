import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface TrialBar {
  readonly start: (total: number) => void;
  readonly step: (subject: string) => void;
  readonly stop: () => void;
}

/** How far the trials are, on a terminal; elsewhere nothing. */
export function createTrialBar({ interactive }: Pick<Terminal, 'interactive'>): TrialBar {
  const nothing = (): void => undefined;
  if (!interactive) return { start: nothing, step: nothing, stop: nothing };
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

import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface TrialBar {
  step(subject: string): void;
  stop(): void;
}

/** How far the trials are, on a terminal; elsewhere nothing. */
export function startTrialBar(total: number, { interactive }: Terminal): TrialBar {
  if (!interactive) return { step: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: '  trying {bar} {value}/{total} {subject}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  bar.start(total, 0, { subject: 'Access' });
  return {
    step: (subject) => {
      bar.increment(1, { subject });
    },
    stop: () => {
      bar.stop();
    },
  };
}

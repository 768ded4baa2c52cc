import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export interface Taken {
  readonly requests: readonly SentRequest[];
  /** From the first POST to the answer of the last one. */
  readonly seconds: number;
  readonly users: number;
  readonly violations: number;
}

export interface BenchTarget {
  readonly url: string;
  /** What arrived since the last time. */
  taken(): Promise<Taken>;
  stop(): Promise<void>;
}

export async function startTarget(latencyMilliseconds = 0): Promise<BenchTarget> {
  const child = fork(join(import.meta.dirname, 'target-child.ts'), [String(latencyMilliseconds)]);
  const answer = async <T>(): Promise<T> => ((await once(child, 'message')) as [T])[0];
  const { url } = await answer<{ url: string }>();
  return {
    url,
    taken: () => {
      const taken = answer<Taken>();
      child.send('requests');
      return taken;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
    },
  };
}

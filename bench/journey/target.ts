import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export interface BenchTarget {
  readonly url: string;
  /** What arrived since the last time. */
  taken(): Promise<{ readonly requests: readonly SentRequest[]; readonly users: number; readonly violations: number }>;
  stop(): Promise<void>;
}

export async function startTarget(latencyMilliseconds = 0): Promise<BenchTarget> {
  const child = fork(join(import.meta.dirname, 'target-child.ts'), [String(latencyMilliseconds)]);
  const answer = async <T>(): Promise<T> => ((await once(child, 'message')) as [T])[0];
  const { url } = await answer<{ url: string }>();
  return {
    url,
    taken: () => {
      const taken = answer<Awaited<ReturnType<BenchTarget['taken']>>>();
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

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Counts {
  readonly requests: number;
  readonly users: number;
  readonly groups: number;
  readonly violations: number;
}

export interface BenchTarget {
  readonly url: string;
  counts(): Promise<Counts>;
  /** When the next PATCH is answered, by this process's clock; rejects when it is refused. */
  nextPatch(): Promise<number>;
  stop(): Promise<void>;
}

export async function startTarget(): Promise<BenchTarget> {
  const child = fork(join(import.meta.dirname, 'target-child.ts'));
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const messageWith = (key: string): Promise<unknown> =>
    new Promise((resolve) => {
      const listen = (message: object): void => {
        if (!(key in message)) return;
        child.off('message', listen);
        resolve(message);
      };
      child.on('message', listen);
    });
  return {
    url,
    counts: () => {
      const answer = messageWith('requests');
      child.send('counts');
      return answer as Promise<Counts>;
    },
    nextPatch: async () => {
      const { patched } = (await messageWith('patched')) as { patched: number };
      if (patched >= 300) throw new Error(`the PATCH was answered with ${patched}`);
      return performance.now();
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.send('stop');
      await ended;
    },
  };
}

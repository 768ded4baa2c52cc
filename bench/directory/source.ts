import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface SourceSetup {
  readonly urls: readonly string[];
  readonly bind: { readonly dn: string; readonly password: string };
  readonly users: { readonly bases: readonly string[] };
  readonly groups: { readonly bases: readonly string[] };
  readonly attributes: { readonly user: readonly string[]; readonly group: readonly string[] };
}

type SourceOrder = 'full' | 'begin' | 'poll' | 'inspect' | 'end';

export interface SourceAnswer {
  readonly kind: 'complete' | 'delta';
  readonly because?: string | undefined;
  readonly entries: number;
  readonly gone: number;
  /** Of this reading alone. */
  readonly milliseconds: number;
  /** Of the process since its start. */
  readonly cpuSeconds: number;
  /** Of this reading alone. */
  readonly ownCpuSeconds: number;
  readonly peakMegabytes: number;
}

export interface BenchSource {
  read(order: 'full' | 'begin' | 'poll'): Promise<SourceAnswer>;
  /** How it finds changes, and why like this. */
  changes(): Promise<string>;
  end(): Promise<void>;
}

/** The source in a process of its own. */
export async function startSource(setup: SourceSetup, execArgv: readonly string[] = []): Promise<BenchSource> {
  const child = fork(join(import.meta.dirname, 'source-child.mjs'), [JSON.stringify(setup)], {
    execArgv: [...execArgv],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the source's process ended with ${String(code)}`);
  });
  failed.catch(() => undefined);
  const message = async (): Promise<unknown> =>
    ((await Promise.race([once(child, 'message'), failed])) as [unknown])[0];
  const ask = (order: SourceOrder): Promise<unknown> => {
    const answer = message();
    child.send(order);
    return answer;
  };
  await message();
  return {
    read: async (order) => (await ask(order)) as SourceAnswer,
    changes: async () => String(await ask('inspect')),
    end: async () => {
      const ended = once(child, 'exit');
      child.send('end');
      await ended;
    },
  };
}

export interface Polls {
  readonly median: number;
  readonly max: number;
}

/** Polls that have nothing to tell, after one that is not counted. */
export async function pollQuietly(source: BenchSource, times = 20): Promise<Polls> {
  await source.read('poll');
  const durations: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const answer = await source.read('poll');
    if (answer.kind !== 'delta' || answer.entries + answer.gone > 0) {
      throw new Error(`a poll found something where nothing happened: ${JSON.stringify(answer)}`);
    }
    durations.push(answer.milliseconds);
  }
  durations.sort((a, b) => a - b);
  return { median: durations[Math.floor(times / 2)] ?? NaN, max: durations.at(-1) ?? NaN };
}

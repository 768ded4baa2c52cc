import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Measured {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** The longest time that the event loop was kept from its next turn. */
  readonly longestTurn: number;
  /** Megabytes. */
  readonly resident: number;
  /** Megabytes that are in use afterwards, where the process was started with --expose-gc. */
  readonly held: number | undefined;
}

/** Does a job, and says what it cost this process. */
export async function measure<T>(job: () => Promise<T>): Promise<Measured & { readonly result: T }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.enable();
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.reset();
  const cpu = process.cpuUsage();
  const began = performance.now();
  const result = await job();
  const milliseconds = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    result,
    milliseconds,
    cpuMilliseconds: (user + system) / 1_000,
    longestTurn: delay.max / 1e6,
    resident: rss / 1024 / 1024,
    held: globalThis.gc === undefined ? undefined : (heapUsed + external) / 1024 / 1024,
  };
}

export function inWords({ milliseconds, cpuMilliseconds, longestTurn, resident, held }: Measured): string {
  return `${milliseconds.toFixed(0)} ms, CPU ${cpuMilliseconds.toFixed(0)} ms, longest turn ${longestTurn.toFixed(0)} ms, RSS ${resident.toFixed(0)} MB${held === undefined ? '' : `, held ${held.toFixed(0)} MB`}`;
}

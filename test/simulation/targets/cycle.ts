import type { CycleReport } from '../../../src/cycle/cycle-report.ts';
import { runCycles } from '../../../src/cycle/run-cycles.ts';
import type { AttemptMode } from '../../../src/cycle/shared/target-setup.ts';
import { startClient, type World } from './world.ts';

/** Real milliseconds that a cycle may take, on a machine that has much else to do. */
const longest = 60_000;

/**
 * One cycle. Time passes only while nothing is on the way to the target and nothing else is left to do.
 *
 * @param diesAt the process ends when so many requests have left in this cycle; the next one holds the state then
 * @returns undefined when the process died
 */
export async function runCycle(
  world: World,
  attempt: AttemptMode = 'due',
  diesAt = Infinity,
): Promise<CycleReport | undefined> {
  const { clock, source, setup, store, client, departures } = world;
  const stop = new AbortController();
  const before = departures.count;
  const running = runCycles(['wiki'], {
    mode: 'incremental',
    attempt,
    sources: new Map([['corp', source]]),
    prepare: () => Promise.resolve({ ...setup, target: client }),
    store,
    clock,
    observer: () => undefined,
    signal: stop.signal,
    isStopping: () => false,
  });
  const reports = await whileTimePasses(world, running, () => departures.count - before >= diesAt);
  if (reports !== undefined) return reports[0];
  store.crash();
  stop.abort(new Error('the process ended'));
  running.catch(() => undefined);
  departures.deaths.push(clock.now());
  await restart(world);
  return undefined;
}

/**
 * Waits for what goes on; time passes as in a cycle.
 *
 * @returns undefined when it was not to be waited for any more
 */
export async function whileTimePasses<T>(
  { clock, network }: World,
  running: Promise<T>,
  isOver: () => boolean = () => false,
): Promise<T | undefined> {
  let result: { readonly value: T } | undefined;
  let failure: Error | undefined;
  running.then(
    (value) => (result = { value }),
    (error: unknown) => (failure = error instanceof Error ? error : new Error(String(error))),
  );
  const deadline = Date.now() + longest;
  let idle = 0;
  while (result === undefined && failure === undefined) {
    await nextTurn();
    if (isOver()) return undefined;
    const next = clock.untilNext();
    idle = network.busy() === 0 && next !== undefined ? idle + 1 : 0;
    if (idle > 1 && next !== undefined) await clock.advance(next);
    if (Date.now() > deadline)
      throw new Error(`a cycle does not end: ${network.busy()} requests on the way, the next one wakes in ${next} ms`);
  }
  if (failure !== undefined) throw failure;
  return result?.value;
}

/** Another process takes over, with what was noted. */
export async function restart(world: World): Promise<void> {
  const { client, store } = world;
  store.crash();
  await client.close();
  // What was on its way may still arrive.
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  world.store = store.reopen();
  world.client = startClient(world);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

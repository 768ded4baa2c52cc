/**
 * `npm run simulate -- --seeds N [--seed FIRST] [--kind directories|targets|decisions|commands]`: lives through many more worlds than the
 * tests do, on all cores. Fresh seeds by default, which it prints; a world that fails prints how to replay it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { liveThrough, worldKinds, type WorldKind } from './world-kinds.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    kind: { type: 'string' },
    /** Set for the processes that this one starts: worlds are handed to them one message at a time. */
    worker: { type: 'boolean', default: false },
  },
});

/** One world to live through, and what came of it: nothing, or the story of its failure. */
interface Task {
  readonly kind: WorldKind;
  readonly seed: number;
}

if (values.worker) work();
else await lead();

function work(): void {
  process.on('message', ({ kind, seed }: Task) => {
    liveThrough(kind, seed).then(
      () => process.send?.({}),
      (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
    );
  });
}

async function lead(): Promise<void> {
  const count = wholeNumber(values.seeds, '--seeds');
  const first = values.seed === undefined ? 1 + Math.floor(Math.random() * 1e9) : wholeNumber(values.seed, '--seed');
  const kinds = worldKinds.filter((kind) => values.kind === undefined || kind === values.kind);
  if (kinds.length === 0) throw new Error(`--kind is one of ${worldKinds.join(', ')}`);
  const tasks = kinds.flatMap((kind) => Array.from({ length: count }, (_, at): Task => ({ kind, seed: first + at })));
  process.stdout.write(`${count} worlds of each kind (${kinds.join(', ')}), seeds ${first} to ${first + count - 1}\n`);
  const began = performance.now();
  const failed = await share(tasks);
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(`${Math.round((tasks.length / seconds) * 60)} worlds per minute\n`);
  process.stdout.write(`${tasks.length - failed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Hands the worlds to one process per core. @returns how many failed */
async function share(tasks: readonly Task[]): Promise<number> {
  let failed = 0;
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: '{bar} {value} of {total} worlds, {eta_formatted} left', stream: process.stderr })
    : undefined;
  bar?.start(tasks.length, 0);
  let next = 0;
  const workers = Array.from({ length: Math.min(availableParallelism(), tasks.length) }, () =>
    fork(fileURLToPath(import.meta.url), ['--worker'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
  const run = async (worker: ChildProcess): Promise<void> => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) {
      const { failure } = await answerOf(worker, task);
      if (failure !== undefined) failed += 1;
      // At once: a run that is ended early has said what it found.
      if (failure !== undefined) process.stdout.write(`\n${task.kind} world ${task.seed}: ${failure}\n`);
      bar?.increment();
    }
    worker.disconnect();
  };
  await Promise.all(workers.map(run));
  bar?.stop();
  return failed;
}

function answerOf(worker: ChildProcess, task: Task): Promise<{ readonly failure?: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly failure?: string }>();
  const onExit = (code: number | null): void =>
    reject(new Error(`the process of ${task.kind} world ${task.seed} ended with ${String(code)}`));
  worker.once('exit', onExit);
  worker.once('message', (answer: { readonly failure?: string }) => {
    worker.off('exit', onExit);
    resolve(answer);
  });
  worker.send(task);
  return promise;
}

function wholeNumber(text: string, option: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${option} wants a whole number above 0, not ${text}`);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startTarget, type SentRequest } from '../journey/target.ts';
import { sendNaively } from './naive.ts';

export interface Cost {
  /** Of the whole process, start of Node included. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

export interface Load extends Cost {
  /** From the first POST to the answer of the last one, by the target's clock. */
  readonly sending: number;
  readonly requests: readonly SentRequest[];
}

const usage = ['--import', join(import.meta.dirname, '../journey/usage.mjs')];
const program = join(import.meta.dirname, '../../dist/cli/main.js');

/** `dir2scim sync` of a directory to an empty target: the whole process. */
export async function loadFirst(
  folder: string,
  ldif: string,
  users: number,
  latency: number,
  profile: string | undefined,
): Promise<Load> {
  const target = await startTarget(latency);
  const own = await mkdtemp(join(folder, 'load-'));
  try {
    const config = join(own, 'dir2scim.yaml');
    await writeFile(config, configuration(ldif, target.url));
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const env = { ...process.env, BENCH_USAGE: join(own, 'usage.json'), BENCH_TOKEN: 'bench' };
    const child = spawn(process.execPath, [...profiling, ...usage, program, 'sync', '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env,
    });
    const said = text(child.stderr);
    const [code] = (await once(child, 'exit')) as [number | null];
    const { requests, seconds: sending, users: present, violations } = await target.taken();
    if (code !== 0 || present !== users || violations > 0) {
      throw new Error(
        `sync ended with ${String(code)}, the target has ${present} users and saw ${violations} violations\n${await said}`,
      );
    }
    return { ...(await readUsage(own)), sending, requests };
  } finally {
    await target.stop();
    await rm(own, { recursive: true });
  }
}

function configuration(ldif: string, url: string): string {
  return `directories:
  corp: { kind: ldif, path: ${ldif}, users: { bases: ["ou=people,dc=example,dc=org"] } }
targets:
  app:
    url: ${url}
    auth: { bearer: { env: BENCH_TOKEN } }
    removal: { leaves: deactivate }
`;
}

/** The same bodies by a bare pool. */
export async function sendBare(
  folder: string,
  bodies: readonly string[],
  connections: number,
  latency: number,
): Promise<Load> {
  const target = await startTarget(latency);
  const own = await mkdtemp(join(folder, 'floor-'));
  try {
    const file = join(own, 'bodies');
    await writeFile(file, bodies.join('\n'));
    const env = { ...process.env, BENCH_USAGE: join(own, 'usage.json') };
    const child = spawn(
      process.execPath,
      [...usage, join(import.meta.dirname, 'floor-child.ts'), target.url, file, String(connections)],
      { stdio: ['ignore', 'ignore', 'inherit'], env },
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    const { requests, seconds: sending } = await target.taken();
    if (code !== 0 || requests.length !== bodies.length) throw new Error(`the floor ended with ${String(code)}`);
    return { ...(await readUsage(own)), sending, requests };
  } finally {
    await target.stop();
    await rm(own, { recursive: true });
  }
}

/** Seconds that the naive script would take for all, from what it took for the first of them. */
export async function sendAfternoonScript(bodies: readonly string[], sample: number, latency: number): Promise<number> {
  const target = await startTarget(latency);
  try {
    const some = bodies.slice(0, sample);
    return ((await sendNaively(target.url, some)) * bodies.length) / some.length;
  } finally {
    await target.stop();
  }
}

async function readUsage(folder: string): Promise<Cost> {
  return JSON.parse(await readFile(join(folder, 'usage.json'), 'utf8')) as Cost;
}

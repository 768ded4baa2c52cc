/**
 * What reading a large target back costs: time, processor time, the most memory and requests of `dir2scim verify`, as a
 * process of its own, before a SCIM server that is another one. Usage: node bench/verify/verify.ts [--users N] [--groups N]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startTarget, type BenchTarget } from '../directory/target.ts';
import { writeWorld } from '../scale/world.ts';

const { values } = parseArgs({ options: { users: { type: 'string', default: '25000' }, groups: { type: 'string' } } });
const users = Number(values.users);
const groups = Number(values.groups ?? users / 20);
/** Requests after which a comparison is interrupted. */
const patience = Math.ceil(users / 1_000) + 20;

const folder = await mkdtemp(join(tmpdir(), 'dir2scim-bench-verify-'));
const target = await startTarget();
try {
  await writeWorld(join(folder, 'world.ldif'), { users, groups });
  await writeFile(join(folder, 'dir2scim.yaml'), configuration(target.url));
  process.stdout.write(`${users} users and ${groups} groups, Node ${process.version}\n`);
  await measure('first load', ['sync']);
  await measure('plan', ['plan']);
  await measure('verify', ['verify']);
  await measure(`verify, interrupted at request ${patience}`, ['verify'], patience);
  await measure('verify, given again', ['verify']);
} finally {
  await target.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(what: string, command: readonly string[], interruptedAfter?: number): Promise<void> {
  const before = await requestsOf(target);
  const child = spawn(
    process.execPath,
    [
      '--import',
      join(import.meta.dirname, '../scale/most-memory.mjs'),
      join(import.meta.dirname, '../../src/cli/main.ts'),
      ...command,
      '--config',
      join(folder, 'dir2scim.yaml'),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, BENCH_TOKEN: 'bench' } },
  );
  const closed = once(child, 'close');
  const [said, printed] = [text(child.stderr), text(child.stdout)];
  if (interruptedAfter !== undefined) {
    while ((await requestsOf(target)) < before + interruptedAfter) await delay(500); // to be asked costs the server more than to answer
    child.kill('SIGINT');
  }
  const interruptedAt = performance.now();
  const [code] = (await closed) as [number | null];
  const ended = interruptedAfter === undefined ? '' : `, ended in ${(performance.now() - interruptedAt).toFixed(0)} ms`;
  const used = /^used: (.*)$/m.exec(await said)?.[1] ?? (await said).slice(0, 300);
  const requests = (await requestsOf(target)) - before;
  const [first = ''] = (await printed).split('\n');
  process.stdout.write(
    `${what.padEnd(36)} exit ${code ?? 'by a signal'}  ${used}, ${requests} requests${ended}  ${first.slice(0, 90)}\n`,
  );
}

async function requestsOf(one: BenchTarget): Promise<number> {
  return (await one.counts()).requests;
}

function configuration(url: string): string {
  return `directories:
  corp: { kind: ldif, path: ${join(folder, 'world.ldif')} }
targets:
  app:
    url: ${url}
    auth: { bearer: { env: BENCH_TOKEN } }
    removal: { leaves: deactivate }
state: { path: ${join(folder, 'state')} }
`;
}

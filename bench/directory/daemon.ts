import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../test/support/process.ts';
import { startProgram, type RunningProgram } from '../../test/support/program.ts';
import type { Slapd } from '../../test/support/slapd.ts';
import { until } from '../../test/support/until.ts';
import { changeTitle } from './company.ts';
import type { Table } from './table.ts';
import { startTarget, type BenchTarget, type Counts } from './target.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const pollSeconds = 1;
const samples = 5;

/** The daemon with everything in step: from a change in the directory to the PATCH that the target has answered. */
export async function measureDaemon(slapd: Slapd, users: number, table: Table): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-bench-'));
  const target = await startTarget();
  let daemon: RunningProgram | undefined;
  try {
    const config = join(folder, 'dir2scim.yaml');
    await writeFile(config, configuration(slapd, target, await freePort()));
    daemon = await startProgram(
      ['run', '--config', config],
      { BENCH_LDAP: slapd.reader.password, BENCH_TOKEN: 'bench' },
      main,
    );
    const cycles = cyclesOf(daemon);
    const began = performance.now();
    const counts = await settled(target, users, cycles);
    table.add({
      what: 'daemon: first load',
      measured: `${((performance.now() - began) / 1_000).toFixed(0)} s, peak ${(await memory(daemon.pid, 'VmHWM')).toFixed(0)} MB`,
      beside: `${counts.users} users, ${counts.groups} groups`,
    });
    table.add({
      what: 'daemon in step: resident memory',
      measured: `${(await memory(daemon.pid, 'VmRSS')).toFixed(0)} MB`,
    });
    const cpuBefore = await cpuSeconds(daemon.pid);
    await wait(10_000);
    table.add({
      what: `daemon in step, polling every ${pollSeconds} s: CPU`,
      measured: `${(((await cpuSeconds(daemon.pid)) - cpuBefore) / 0.1).toFixed(1)} % of a core`,
    });
    await measureChanges(slapd, target, cycles, table);
    table.add({
      what: 'daemon after the changes: resident memory',
      measured: `${(await memory(daemon.pid, 'VmRSS')).toFixed(0)} MB`,
    });
    const { violations } = await target.counts();
    if (violations > 0) throw new Error(`${violations} violations`);
  } finally {
    await daemon?.stop('SIGTERM');
    await target.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureChanges(
  slapd: Slapd,
  target: BenchTarget,
  cycles: readonly number[],
  table: Table,
): Promise<void> {
  const latencies: number[] = [];
  const before = cycles.length;
  for (let sample = 0; sample < samples; sample += 1) {
    await wait(Math.random() * pollSeconds * 1_000); // anywhere between two polls
    const patched = target.nextPatch();
    await slapd.change(changeTitle(10 + sample, `Director ${sample}`, slapd.suffix));
    const changedAt = performance.now();
    latencies.push(((await patched) - changedAt) / 1_000);
    await until('the cycle is finished', () => cycles.length > before + sample);
  }
  const worst = Math.max(...latencies);
  table.add({
    what: `change to acknowledged PATCH, ${samples} times`,
    measured: `${latencies.map((seconds) => seconds.toFixed(2)).join(', ')} s`,
    beside: `poll every ${pollSeconds} s`,
    bound: { value: worst, atMost: pollSeconds + 1, unit: 's' },
  });
  table.add({ what: 'cycle after one change', measured: `${cycles.slice(before).join(', ')} ms` });
}

function configuration({ url, reader, suffix }: Slapd, target: BenchTarget, port: number): string {
  return `directories:
  corp:
    urls: [${url}]
    bind: { dn: "${reader.dn}", password: { env: BENCH_LDAP } }
    users: { bases: ["ou=people,${suffix}"] }
    groups: { bases: ["ou=groups,${suffix}"] }
targets:
  app:
    url: ${target.url}
    auth: { bearer: { env: BENCH_TOKEN } }
    users: { adopt: never }
    groups: { adopt: never }
    removal: { leaves: deactivate }
schedule: { poll: ${pollSeconds}s }
http: { listen: "127.0.0.1:${port}" }
log: { format: json }
`;
}

/** Milliseconds of each cycle that did something, as they end. */
function cyclesOf(daemon: RunningProgram): readonly number[] {
  const cycles: number[] = [];
  daemon.onLine((line) => {
    if (!line.includes('cycle_finished')) return;
    const { milliseconds } = JSON.parse(line) as { milliseconds: number };
    cycles.push(milliseconds);
  });
  return cycles;
}

/** Everybody is there, and for some seconds nothing more was asked for. */
async function settled(target: BenchTarget, users: number, cycles: readonly number[]): Promise<Counts> {
  await until('the first cycle is finished', () => cycles.length > 0, { milliseconds: 900_000 });
  let counts = await target.counts();
  for (;;) {
    await wait(5_000);
    const now = await target.counts();
    if (now.requests === counts.requests) break;
    counts = now;
  }
  if (counts.users !== users) throw new Error(`the target has ${counts.users} users in place of ${users}`);
  return counts;
}

async function memory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1_024;
}

/** User and system time, which proc(5) counts in hundredths of a second. */
async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

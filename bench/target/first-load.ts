import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTable } from '../directory/table.ts';
import { companyLdif } from '../journey/people.ts';
import { loadFirst, sendAfternoonScript, sendBare, type Load } from './load.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '10000' },
    latency: { type: 'string', default: '0,20,100' },
    profile: { type: 'string' },
  },
});
const users = Number(values.users);
/** As many as dir2scim has in flight at most by itself (src/adapters/scim/http/options.ts). */
const connections = 32;
/** Requests of a load that are not about one user: a list, and what the target says of itself. */
const once = 2;

const suffix = 'dc=example,dc=org';
const folder = await mkdtemp(join(tmpdir(), 'dir2scim-bench-'));
const table = createTable();
try {
  const ldif = join(folder, 'people.ldif');
  await writeFile(ldif, [...companyLdif(users, 0, suffix)].map(withId).join(''));
  process.stdout.write(`${users} users, Node ${process.version}\n`);
  for (const latency of values.latency.split(',').map(Number)) await measure(ldif, latency);
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (table.over > 0) process.exitCode = 1;

async function measure(ldif: string, latency: number): Promise<void> {
  const ours: Load[] = [];
  const floors: Load[] = [];
  let bodies: readonly string[] = [];
  let requests = 0;
  for (let turn = 0; turn < (latency >= 50 ? 1 : 3); turn += 1) {
    const load = await loadFirst(folder, ldif, users, latency, turn === 0 ? values.profile : undefined);
    if (values.profile === undefined || turn > 0) ours.push(load);
    requests = Math.max(requests, load.requests.length);
    bodies = load.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.stringify(body));
    floors.push(await sendBare(folder, bodies, connections, latency));
  }
  const [mine, floor] = [middle(ours), middle(floors)];
  const sample = Math.min(users, latency === 0 ? 1_000 : Math.ceil(4_000 / latency));
  const naive = await sendAfternoonScript(bodies, sample, latency);
  const what = `at ${latency} ms`;
  const bound = { value: mine.sending / floor.sending, atMost: latency === 0 ? 2 : 1.3, unit: 'floors' };
  table.add({
    what: `${what}: sending`,
    measured: `${mine.sending.toFixed(2)} s`,
    beside: `floor ${floor.sending.toFixed(2)} s`,
    bound,
  });
  const whole = { measured: described(mine), beside: `floor ${described(floor)}` };
  table.add({ what: `${what}: whole process, ${(mine.seconds / floor.seconds).toFixed(2)} floors`, ...whole });
  table.add({
    what: `${what}: requests per user`,
    measured: `${requests} requests, ${once} of them asked once`,
    bound: { value: (requests - once) / users, atMost: 1, unit: '' },
  });
  table.add({
    what: `${what}: naive script, from ${sample} users`,
    measured: `${naive.toFixed(1)} s, ${(naive / mine.seconds).toFixed(1)} times ours`,
  });
}

/** A file has no server that would give its entries ids. */
function withId(entry: string, index: number): string {
  return entry.replace('\n', `\nentryUUID: 6ba7b810-9dad-11d1-80b4-${String(index).padStart(12, '0')}\n`);
}

/** The run with the middle time. */
function middle(loads: readonly Load[]): Load {
  const sorted = loads.toSorted((a, b) => a.sending - b.sending);
  const load = sorted[Math.floor((sorted.length - 1) / 2)];
  if (load === undefined) throw new Error('nothing was measured');
  return load;
}

function described({ seconds, cpuSeconds, peakMegabytes }: Load): string {
  return `${seconds.toFixed(2)} s, cpu ${cpuSeconds.toFixed(2)} s, ${peakMegabytes.toFixed(0)} MB`;
}

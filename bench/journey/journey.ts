import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { slapdSuffix, startSlapd } from '../../test/support/slapd.ts';
import { companyLdif } from './people.ts';
import { startTarget, type BenchTarget, type SentRequest } from './target.ts';

const { values } = parseArgs({
  options: { users: { type: 'string', default: '10000' }, groups: { type: 'string', default: '500' } },
});
const [users, groups] = [Number(values.users), Number(values.groups)];
/** As many as dir2scim has in flight by itself (src/adapters/scim/http/options.ts). */
const inFlight = 32;

interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

const folder = await mkdtemp(join(tmpdir(), 'dir2scim-bench-'));
const slapd = await startSlapd({ ldif: [...companyLdif(users, groups, slapdSuffix)].join('') });
const target = await startTarget();
try {
  const config = join(folder, 'dir2scim.yaml');
  await writeFile(config, configuration(target));
  print(`${users} users, ${groups} groups, Node ${process.version}`);
  const first = await measure('first load', config);
  for (const label of ['no change', 'no change again']) await measure(label, config);
  await slapd.change(`dn: uid=u7,ou=people,${slapdSuffix}\nchangetype: modify\nreplace: title\ntitle: Director\n`);
  await measure('one title changed', config);
  const floor = await sendAgain(first.requests);
  print(
    `${'the floor: the same requests, bare undici'.padEnd(44)} ${floor.toFixed(2)} s; the first load took ${(first.usage.seconds / floor).toFixed(2)} times that`,
  );
} finally {
  await target.stop();
  await slapd.dispose();
  await rm(folder, { recursive: true, force: true });
}

function configuration({ url }: BenchTarget): string {
  return `directories:
  corp:
    urls: [${slapd.url}]
    bind: { dn: "${slapd.reader.dn}", password: { env: BENCH_LDAP } }
    users: { bases: ["ou=people,${slapdSuffix}"] }
    groups: { bases: ["ou=groups,${slapdSuffix}"] }
targets:
  app:
    url: ${url}
    auth: { bearer: { env: BENCH_TOKEN } }
    removal: { leaves: deactivate }
`;
}

async function measure(
  label: string,
  config: string,
): Promise<{ readonly usage: Usage; readonly requests: readonly SentRequest[] }> {
  const usageFile = join(folder, 'usage.json');
  const args = [
    '--import',
    join(import.meta.dirname, 'usage.mjs'),
    join(import.meta.dirname, '../../dist/cli/main.js'),
    'sync',
    '--config',
    config,
  ];
  const env = { ...process.env, BENCH_USAGE: usageFile, BENCH_LDAP: slapd.reader.password, BENCH_TOKEN: 'bench' };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'], env });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${label}: sync ended with ${String(code)}`);
  const usage = JSON.parse(await readFile(usageFile, 'utf8')) as Usage;
  const { requests, users: present, violations } = await target.taken();
  if (present !== users || violations > 0)
    throw new Error(`${label}: the target has ${present} users, ${violations} violations`);
  const kinds = ['GET', 'POST', 'PATCH'].map(
    (method) => `${requests.filter((request) => request.method === method).length} ${method}`,
  );
  print(
    `${label.padEnd(20)} ${usage.seconds.toFixed(2).padStart(7)} s  cpu ${usage.cpuSeconds.toFixed(2)} s  peak ${usage.peakMegabytes.toFixed(0)} MB  ` +
      `${requests.length} requests (${kinds.join(', ')})`,
  );
  return { usage, requests };
}

/** Seconds for the writes of the first load, sent to an empty server by a bare client. Members name ids of the first server: they are sent all the same. */
async function sendAgain(requests: readonly SentRequest[]): Promise<number> {
  const empty = await startTarget();
  const { origin, pathname } = new URL(empty.url);
  const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
  const posts = requests.filter(({ method }) => method !== 'GET');
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let request = posts[next++]; request !== undefined; request = posts[next++]) {
      const { body } = await pool.request({
        method: request.method,
        path: pathname + request.path,
        headers: { authorization: 'Bearer bench', 'content-type': 'application/scim+json' },
        body: JSON.stringify(request.body),
      });
      await body.dump();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - began) / 1_000;
  await pool.close();
  await empty.stop();
  return seconds;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenOnLoopback } from '../support/loopback.ts';
import { until } from '../support/until.ts';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus that scrapes each second. */
export interface Prometheus extends AsyncDisposable {
  query(expression: string): Promise<readonly Sample[]>;
  /** Names of the alerts that fire now. */
  firing(): Promise<ReadonlySet<string>>;
}

/**
 * @param address of what is scraped, `host:port`
 * @param rules the text of a rule file
 */
export async function startPrometheus(address: string, rules: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-prometheus-'));
  await writeFile(join(folder, 'rules.yaml'), rules);
  const configuration = {
    global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'dir2scim', static_configs: [{ targets: [address] }] }],
  };
  await writeFile(join(folder, 'prometheus.yaml'), JSON.stringify(configuration));
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yaml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${listen}`,
      '--query.lookback-delta=3s',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const get = async (path: string): Promise<unknown> => (await fetch(`http://${listen}${path}`)).json();
  await until('Prometheus is ready', async () => {
    const answer = await fetch(`http://${listen}/-/ready`).catch(() => undefined);
    return answer?.status === 200;
  });
  return {
    async query(expression) {
      const answer = (await get(`/api/v1/query?query=${encodeURIComponent(expression)}`)) as {
        readonly status: string;
        readonly error?: string;
        readonly data: { readonly result: readonly Sample[] };
      };
      if (answer.status !== 'success') throw new Error(`${expression}: ${String(answer.error)}`);
      return answer.data.result;
    },
    async firing() {
      const { data } = (await get('/api/v1/alerts')) as {
        readonly data: { readonly alerts: { readonly state: string; readonly labels: Record<string, string> }[] };
      };
      return new Set(
        data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels['alertname'] ?? ''),
      );
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { fakeClock } from '../support/fake-clock.ts';

const root = join(import.meta.dirname, '../..');
const rulesFile = join(root, 'config/prometheus/alerts.yaml');
const scenesFile = join(import.meta.dirname, 'alerts.test.yaml');
const run = promisify(execFile);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

async function rulesOf(): Promise<readonly Rule[]> {
  const { groups } = parse(await readFile(rulesFile, 'utf8')) as { readonly groups: { readonly rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

function metrics() {
  return createMetrics({
    version: '1.2.3',
    targets: ['wiki'],
    directories: ['corp'],
    pollSeconds: 10,
    clock: fakeClock({ startAt: 0 }),
  });
}

describe('the alerts for Prometheus', () => {
  it('are rules that Prometheus takes', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', rulesFile]);
    assert.match(stdout, /SUCCESS: 15 rules found/);
  });

  it('fire in their scene and not beside it', async () => {
    await run('promtool', ['test', 'rules', scenesFile]);
  });

  it('have a scene and a runbook each', async () => {
    const [scenes, runbooks] = await Promise.all([
      readFile(scenesFile, 'utf8'),
      readFile(join(root, 'docs/operations.md'), 'utf8'),
    ]);
    const headings = new Set([...runbooks.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading));
    for (const { alert, annotations, labels } of await rulesOf()) {
      assert.ok(scenes.includes(`"${alert}"`) || scenes.includes(`alertname: ${alert}`), `${alert} has no scene`);
      assert.ok(headings.has(alert), `${alert} has no runbook`);
      assert.equal(annotations['runbook_url'], `docs/operations.md#${alert.toLowerCase()}`);
      assert.ok(annotations['summary'] !== undefined && annotations['description'] !== undefined, alert);
      assert.match(String(labels['severity']), /^(?:page|ticket)$/);
      headings.delete(alert);
    }
    assert.deepEqual([...headings], [], 'runbooks without an alert');
  });

  it('ask for metrics that there are', async () => {
    const known = new Set(
      metrics()
        .registry.getMetricsAsArray()
        .map(({ name }) => name),
    );
    for (const { alert, expr } of await rulesOf()) {
      const names = [...expr.matchAll(/\b(?:dir2scim|process|nodejs)_\w+/g)].map(([name]) => name);
      for (const name of names) assert.ok(known.has(name), `${alert} asks for ${name}`);
    }
  });
});

describe('the metrics', () => {
  it('are such as promtool would have them', async () => {
    const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
    child.stdin.end(await metrics().registry.metrics());
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    assert.equal(`${String(code)} ${Buffer.concat(said).toString()}`, '0 ');
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { startPrometheus, type Prometheus } from './prometheus.ts';

const root = join(import.meta.dirname, '../..');

/**
 * The same rules with their times in seconds in place of minutes: a day in some minutes. A daemon takes seconds to start
 * where others need the machine too, and what lasts that long is not out of step: hence twice as many for 900.
 */
function hurried(rules: string): string {
  const seconds = new Map([
    ['900', '8'],
    ['300', '1'],
    ['1800', '5'],
  ]);
  return rules
    .replaceAll(/^( +for:) .*$/gm, '$1 1s')
    .replaceAll(/> (900|300|1800)\b/g, (_all, number: string) => `> ${seconds.get(number) ?? number}`)
    .replaceAll('process_start_time_seconds[30m]', 'process_start_time_seconds[30s]')
    .replaceAll(/\[(?:30|5)m\]/g, '[5s]');
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

/** The expressions of the panels of the dashboard. */
async function readPanels(): Promise<readonly { readonly title: string; readonly expression: string }[]> {
  const { panels } = JSON.parse(await readFile(join(root, 'config/grafana/dashboard.json'), 'utf8')) as Dashboard;
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      expression: expr.replaceAll('$__rate_interval', '10s').replaceAll('$target', '.*'),
    })),
  );
}

/** A Prometheus that looks at a daemon, with the alerts and the dashboard that come with dir2scim. */
export interface Watched extends AsyncDisposable {
  /** All of these alerts fire, and meanwhile none but those and some that may fire besides. */
  scene(name: string, expected: readonly string[], besides?: readonly string[]): Promise<void>;
  /** Nothing fires any more, and what was counted in a scene is out of the windows of the rules. */
  quiet(after: string): Promise<void>;
  /** Titles of panels of which an expression never showed anything. */
  emptyPanels(): readonly string[];
}

/** @param address of the daemon, `host:port` */
export async function watch(address: string): Promise<Watched> {
  const rules = await readFile(join(root, 'config/prometheus/alerts.yaml'), 'utf8');
  const prometheus = await startPrometheus(address, hurried(rules));
  // Prometheus takes five seconds to know its targets.
  await until('it is scraped', async () => (await prometheus.query('up == 1')).length > 0);
  const panels = await readPanels();
  const filled = new Set<string>();
  const look = async (): Promise<void> => {
    for (const { expression } of panels)
      if (!filled.has(expression) && (await prometheus.query(expression)).some(({ value }) => value[1] !== 'NaN'))
        filled.add(expression);
  };
  return {
    async scene(name, expected, besides = []) {
      const seen = await firingIn(name, expected, prometheus);
      await look();
      assert.deepEqual(
        [...seen].filter((one) => ![...expected, ...besides].includes(one)),
        [],
        name,
      );
    },
    async quiet(after) {
      const isOver = async (): Promise<boolean> =>
        (await prometheus.firing()).size === 0 &&
        (await prometheus.query('increase(dir2scim_scim_throttled_total[5s]) > 0')).length === 0;
      await until(`no alert after ${after}`, isOver, { milliseconds: 60_000 });
      await look();
    },
    emptyPanels: () => panels.filter(({ expression }) => !filled.has(expression)).map(({ title }) => title),
    [Symbol.asyncDispose]: () => prometheus[Symbol.asyncDispose](),
  };
}

/** Waits until all of these fire, and gives everything that fired meanwhile. */
async function firingIn(
  name: string,
  expected: readonly string[],
  prometheus: Prometheus,
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  await until(
    `${name}: ${expected.join(' and ')}`,
    async () => {
      const now = await prometheus.firing();
      for (const one of now) seen.add(one);
      return expected.every((one) => now.has(one));
    },
    { milliseconds: 60_000 },
  );
  return seen;
}

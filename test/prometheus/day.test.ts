import assert from 'node:assert/strict';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { daemonSections, startDaemon } from '../e2e/support/daemon.ts';
import { office, officeWith, officeWithout } from '../e2e/support/people.ts';
import { createSite } from '../e2e/support/site.ts';
import { until } from '../support/until.ts';
import { startPrometheus, type Prometheus } from './prometheus.ts';

const root = join(import.meta.dirname, '../..');

/** The same rules with their times in seconds in place of minutes: a day in a minute. */
function hurried(rules: string): string {
  const seconds = new Map([
    ['900', '4'],
    ['300', '1'],
    ['1800', '5'],
  ]);
  return rules
    .replaceAll(/^( +for:) .*$/gm, '$1 1s')
    .replaceAll(/> (900|300|1800)\b/g, (_all, number: string) => `> ${seconds.get(number) ?? number}`)
    .replaceAll(/\[(?:30|5)m\]/g, '[5s]');
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

async function expressions(): Promise<readonly { readonly title: string; readonly expression: string }[]> {
  const { panels } = JSON.parse(await readFile(join(root, 'config/grafana/dashboard.json'), 'utf8')) as Dashboard;
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      expression: expr.replaceAll('$__rate_interval', '10s').replaceAll('$target', '.*'),
    })),
  );
}

describe('a day of a daemon, as Prometheus sees it', () => {
  it('fires each alert in its scene and none beside it, and fills every panel of the dashboard', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    const address = String(daemon.log.find(({ event }) => event === 'http_started')?.['address']);
    await using prometheus = await startPrometheus(
      new URL(address).host,
      hurried(await readFile(join(root, 'config/prometheus/alerts.yaml'), 'utf8')),
    );
    // Prometheus takes five seconds to know its targets.
    await until('it is scraped', async () => (await prometheus.query('up == 1')).length > 0);
    const panels = await expressions();
    const filled = new Set<string>();
    const look = async (): Promise<void> => {
      for (const { expression } of panels)
        if (!filled.has(expression) && (await prometheus.query(expression)).some(({ value }) => value[1] !== 'NaN'))
          filled.add(expression);
    };
    const scene = async (name: string, expected: readonly string[], besides: readonly string[] = []): Promise<void> => {
      const seen = await firingIn(name, expected, prometheus, look);
      assert.deepEqual(
        [...seen].filter((one) => ![...expected, ...besides].includes(one)),
        [],
        name,
      );
    };
    /** Nothing fires, and what was counted in the scene is out of the windows of the rules. */
    const quiet = async (name: string): Promise<void> => {
      const isOver = async (): Promise<boolean> =>
        (await prometheus.firing()).size === 0 &&
        (await prometheus.query('increase(dir2scim_scim_throttled_total[5s]) > 0')).length === 0;
      await until(`no alert after ${name}`, isOver, { milliseconds: 60_000 });
      await look();
    };
    const lasting = ['Dir2scimFailing', 'Dir2scimNotInStep'];

    await until('everyone is there', () => site.target.users().length === 8);
    await quiet('the first load');

    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Captain' } }));
    await quiet('a change');

    await rename(site.ldif, `${site.ldif}.away`);
    await scene('the directory is down', ['Dir2scimDirectoryNotRead'], lasting);
    await rename(`${site.ldif}.away`, site.ldif);
    await quiet('the directory');

    site.target.setFaults({ before: () => ({ kind: 'answer', status: 429, headers: { 'retry-after': '1' } }) });
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Major' } }));
    await scene('the target asks to wait', ['Dir2scimThrottled'], [...lasting, 'Dir2scimTargetDown']);
    site.target.setFaults({});
    await quiet('throttling');

    site.target.setFaults({ before: () => ({ kind: 'answer', status: 401 }) });
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'General' } }));
    await scene('the token is refused', ['Dir2scimTokenRefused', 'Dir2scimTargetDown'], lasting);
    site.target.setFaults({});
    await quiet('the token');

    const token = join(site.folder, 'token');
    await rename(token, `${token}.away`);
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Marshal' } }));
    await scene('the secret is gone', ['Dir2scimSecretMissing'], [...lasting, 'Dir2scimTargetDown']);
    await rename(`${token}.away`, token);
    await quiet('the secret');

    await site.show(officeWithout('hector', 'giselle', 'fergus', 'celeste', 'dorian'));
    await scene('removals are held', ['Dir2scimHeld'], ['Dir2scimNotInStep']);
    const hold = String(daemon.log.find(({ event }) => event === 'held')?.['hold']);
    assert.equal((await site.run('approve', hold)).code, 0);
    await quiet('the approval');

    const good = await readFile(site.config, 'utf8');
    await writeFile(
      site.config,
      good.replace('    removal:', '    users: { map: { title: "bit(uid, 2) ? sn : cn" } }\n    removal:'),
    );
    await scene('entries are rejected', ['Dir2scimRejected'], lasting);
    await writeFile(site.config, good);
    await quiet('the rejected entries');

    await writeFile(site.config, good.replace('removal:', 'removals:'));
    await scene('the configuration is wrong', ['Dir2scimConfigReloadFailed']);
    await writeFile(site.config, good);
    await quiet('the configuration');

    daemon.kill('SIGTERM');
    await daemon.ended;
    await scene('the daemon is down', ['Dir2scimDown']);
    await rm(site.config, { force: true });

    const empty = panels.filter(({ expression }) => !filled.has(expression)).map(({ title }) => title);
    assert.deepEqual(empty, [], 'panels without data');
  });
});

/** Waits until all of these fire, and gives everything that fired meanwhile and shortly after. */
async function firingIn(
  name: string,
  expected: readonly string[],
  prometheus: Prometheus,
  look: () => Promise<void>,
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
  await look();
  return seen;
}

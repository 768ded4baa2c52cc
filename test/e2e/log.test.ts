import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../support/until.ts';
import type { LoggedEntry } from '../../src/core/model/log-entry.ts';
import { idOf } from './support/company.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

async function logOf(site: Site, ...words: readonly string[]): Promise<LoggedEntry[]> {
  const { stdout, stderr, code } = await site.run('log', '--json', ...words);
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LoggedEntry);
}

describe('log', { concurrency: 2 }, () => {
  it('shows what was sent, to whom and in which cycle, and finds a person by every name', async () => {
    await using site = await createSite({ company: office });
    const first = await site.run('sync');
    const cycle = /cycle ([\w-]+)/.exec(first.stdout)?.[1] ?? '';
    const all = await logOf(site);
    assert.ok(all.length >= Object.keys(office.people).length);
    assert.ok(all.every((entry) => entry.cycle === cycle && entry.outcome === 'applied'));
    const { stdout } = await site.run('log', '--who', 'hector@corp.example');
    assert.match(stdout, new RegExp(`create user ${idOf('hector')}.*set .*userName`));
    assert.doesNotMatch(stdout, /@corp\.example/);
    await site.show(officeWithout('hector'));
    await site.run('sync');
    for (const who of [idOf('hector'), 'hector']) {
      const own = await logOf(site, '--who', who, '--since', '1h');
      assert.deepEqual(
        own.filter(({ type }) => type === 'user').map(({ verb }) => verb),
        ['create', 'deactivate'],
        who,
      );
    }
    assert.deepEqual(await logOf(site, '--cycle', cycle), all);
    assert.deepEqual(await logOf(site, '--failed'), []);
    assert.match((await site.run('log', '--failed')).stderr, /Nothing was logged/);
    assert.equal((await site.run('log', '--since', 'yesterday')).code, 2);
    assert.equal((await site.run('log', '--who', 'nobody-at-all')).code, 1);
  });

  it('follows what a daemon does', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await daemon.moreCycles(1, 'success');
    const follower = await site.start('log', '--follow', '--json');
    const lines: string[] = [];
    follower.onLine((line) => lines.push(line));
    await until('what was logged before is shown', () => lines.some((line) => line.includes(idOf('hector'))));
    await site.show(officeWithout('hector'));
    await until('what comes is shown', () => lines.some((line) => line.includes('"deactivate"')));
    assert.equal((await follower.stop('SIGTERM')).code, 0);
  });
});

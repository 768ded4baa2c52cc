import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

  it('shows state verify when a line was changed or removed by hand', async () => {
    await using site = await createSite({ company: office });
    await site.run('sync');
    const sound = await site.run('state', 'verify');
    assert.equal(sound.code, 0, sound.stderr);
    assert.match(sound.stdout, /provisioning log: \d+ entries, as they were written/);
    const [name = ''] = await readdir(join(site.state, 'log'));
    const file = join(site.state, 'log', name);
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, lines.filter((_, index) => index !== 3).join('\n'));
    const removed = await site.run('state', 'verify');
    assert.equal(removed.code, 4);
    assert.match(removed.stdout, /entry 3: missing/);
    await writeFile(
      file,
      lines.map((line, index) => (index === 3 ? line.replace('create', 'delete') : line)).join('\n'),
    );
    assert.match((await site.run('state', 'verify')).stdout, /entry 3: changed/);
  });
});

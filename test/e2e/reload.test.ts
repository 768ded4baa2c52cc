import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon, type Daemon } from './support/daemon.ts';
import { office } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

const titleOf = ({ target }: Site, name: string): unknown =>
  target.users().find(({ userName }) => userName === name)?.['title'];

async function metric(daemon: Daemon, name: string): Promise<string | undefined> {
  return new RegExp(`^${name} (.+)$`, 'm').exec((await daemon.get('/metrics')).text)?.[1];
}

const timesSaid = (daemon: Daemon, event: string): number =>
  daemon.log.filter((line) => line['event'] === event).length;

describe('a changed configuration', { concurrency: 2 }, () => {
  it('is taken up without a restart: map, schedule and log level, over the same HTTP, with counters that go on', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(1, 'success');
    const [cycles, hash] = [await daemon.cycles(), await metric(daemon, 'dir2scim_config_hash')];
    site.target.clearRequests();
    await site.reconfigure((text) =>
      text.replace('    removal:', '    users: { map: { nickName: uid } }\n    removal:'),
    );
    await until('it is taken up', () => daemon.said('config_reloaded'));
    await until('nicknames are there', () => site.target.users().every((user) => user['nickName'] !== undefined));
    assert.ok((await daemon.cycles()) >= cycles, 'counters go on');
    assert.notEqual(await metric(daemon, 'dir2scim_config_hash'), hash);
    assert.equal(await metric(daemon, 'dir2scim_config_last_reload_successful'), '1');
    assert.equal(await metric(daemon, 'dir2scim_leader'), '1');
    assert.ok(
      site.target.requests.every(({ method }) => method === 'PATCH' || method === 'GET'),
      'nobody was made again',
    );
    await daemon.moreCycles(1, 'success');
    site.target.clearRequests();
    await daemon.moreCycles(3, 'success');
    assert.deepEqual(site.target.requests, []);
    daemon.kill('SIGTERM');
    assert.equal((await daemon.ended).code, 0);
  });

  it('is left alone when it is wrong, with the place and the reason, until it is mended', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    const good = await readFile(site.config, 'utf8');
    await site.reconfigure((text) => text.replace('removal:', 'removals:'));
    await until('it is told', () => daemon.said('config_reload_failed'));
    const line = daemon.log.find(({ event }) => event === 'config_reload_failed');
    assert.equal(line?.['code'], 'D2S_CONFIG_INVALID');
    assert.match(
      String(line['msg']),
      /: \S+dir2scim\.yaml:\d+:\d+: .*; \S+dir2scim\.yaml:\d+:\d+: .*did you mean removal\?/,
    );
    assert.ok(!String(line['msg']).includes('u{A}'));
    assert.equal(await metric(daemon, 'dir2scim_config_last_reload_successful'), '0');
    await daemon.moreCycles(3, 'success');
    assert.equal(timesSaid(daemon, 'config_reload_failed'), 1, 'told once');
    await site.reconfigure(() => good.replace('./token', './no-such-token').replace('token }', 'no-such-token }'));
    await until('a missing secret is told, too', () => timesSaid(daemon, 'config_reload_failed') === 2);
    await site.reconfigure(() => good);
    await until('it is mended', async () => (await metric(daemon, 'dir2scim_config_last_reload_successful')) === '1');
    await daemon.moreCycles(1, 'success');
  });

  it('is refused as a whole where something in it cannot change', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await site.reconfigure((text) =>
      text
        .replace('format: json', 'format: pretty')
        .replace('    removal:', '    users: { map: { nickName: uid } }\n    removal:'),
    );
    await until('it is told', () => daemon.said('config_reload_failed'));
    assert.match(daemon.text(), /log\.format cannot change while dir2scim runs/);
    await daemon.moreCycles(3);
    assert.ok(site.target.users().every((user) => user['nickName'] === undefined));
  });

  it('that would take access away is held, because the configuration changed', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(1, 'success');
    await site.reconfigure((text) =>
      text.replace('    removal:', '    scope: { users: { where: \'uid == "amara"\' } }\n    removal:'),
    );
    await until('it is held', () => daemon.said('held'));
    const held = daemon.log.find(({ event }) => event === 'held');
    assert.match(String(held?.['msg']), /because the configuration changed/);
    assert.ok(site.target.users().every(({ active }) => active === true));
    assert.match((await site.run('plan')).stdout, /because the\s+configuration changed/);
    await site.reconfigure((text) => text.replace(/ {4}scope: .*\n/, ''));
    await until('nothing is held any more', async () =>
      /^dir2scim_held_operations\{target="wiki",operation="deactivate"\} 0$/m.test((await daemon.get('/metrics')).text),
    );
  });

  it('may drop a target and bring another: metrics follow', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await site.reconfigure((text) => text.replace(/^ {2}wiki:/m, '  chat:'));
    await until('it is taken up', () => daemon.said('config_reloaded'));
    await until('the other one has metrics', async () => {
      const { text } = await daemon.get('/metrics');
      return text.includes('target="chat"') && !text.includes('target="wiki"');
    });
  });

  it('is seen when a symbolic link is swapped, as Kubernetes does, and read on SIGHUP when a profile changed', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    const text = await readFile(site.config, 'utf8');
    const place = async (version: string, content: string): Promise<void> => {
      await mkdir(join(site.folder, version));
      await writeFile(join(site.folder, version, 'dir2scim.yaml'), content);
      await symlink(version, join(site.folder, 'next'));
      await rename(join(site.folder, 'next'), join(site.folder, 'data'));
    };
    // Paths are relative to the folder of the file: absolute ones live through the move.
    const absolute = text.replaceAll('./', `${site.folder}/`).replace('file: token', `file: ${site.folder}/token`);
    await place('v1', absolute);
    await rm(site.config);
    await symlink('data/dir2scim.yaml', site.config);
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await place('v2', absolute.replace('    removal:', '    users: { map: { title: uid } }\n    removal:'));
    await until('the change is there', () => titleOf(site, 'amara') === 'amara');
    const before = timesSaid(daemon, 'config_reloaded');
    daemon.kill('SIGHUP');
    await until('it is read again', () => timesSaid(daemon, 'config_reloaded') === before + 1);
  });

  it('is read again after SIGHUP upon SIGHUP, and the daemon lives through all of them', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    for (let count = 0; count < 100; count++) {
      daemon.kill('SIGHUP');
      await setTimeout(3);
    }
    await until('some are taken up', () => timesSaid(daemon, 'config_reloaded') > 1);
    await daemon.moreCycles(2, 'success');
    daemon.kill('SIGHUP');
    daemon.kill('SIGTERM');
    assert.equal((await daemon.ended).code, 0);
    assert.equal(daemon.log.at(-1)?.['event'], 'daemon_stopped', 'nothing is taken up after the end');
  });

  it('that changes again while work under way ends is taken up as it is then', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(1, 'success');
    site.target.clearRequests();
    const gate = Promise.withResolvers<undefined>();
    let held = 0;
    site.target.setFaults({
      before: () => {
        held += 1;
        return gate.promise;
      },
    });
    await site.reconfigure((text) =>
      text.replace('    removal:', '    users: { map: { nickName: uid } }\n    removal:'),
    );
    await until('a request is under way', () => held > 0);
    await site.reconfigure((text) => text.replace('poll: 300ms', 'poll: 700ms'));
    await until('it is ready', () => timesSaid(daemon, 'config_reloaded') === 2);
    await site.reconfigure((text) => text.replace('poll: 700ms', 'poll: 1s'));
    gate.resolve(undefined);
    await until('the last one runs', async () => (await metric(daemon, 'dir2scim_poll_interval_seconds')) === '1');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../support/scim-server/protocol.ts';
import { until } from '../support/until.ts';
import { office, officeWith } from './support/people.ts';
import { change, disturb, user, userNamed } from './support/by-hand.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { createSite, type Site, type SiteOptions } from './support/site.ts';

async function syncedSite(options: SiteOptions = {}): Promise<Site> {
  const site = await createSite({ company: office, ...options });
  const { code, stderr } = await site.run('sync');
  assert.equal(code, 0, stderr);
  site.target.clearRequests();
  return site;
}

const writes = ({ target }: Site): string[] =>
  target.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

describe('verify', { concurrency: 2 }, () => {
  it('finds nothing after a sync, sends nothing but reads, and exits with 0', async () => {
    await using site = await syncedSite();
    const { code, stdout, stderr } = await site.run('verify');
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^wiki: ✓ 8 users and 2 groups compared, all as they should be\n$/);
    assert.deepEqual(writes(site), []);
  });

  it('shows attributes, members, who is off and who is missing, old → new, and foreign accounts; exits with 10', async () => {
    await using site = await syncedSite();
    await disturb(site);
    const { code, stdout, stderr } = await site.run('verify');
    assert.equal(code, 10, stderr);
    assert.match(stdout, /^wiki: 4 users and 1 group differ from what they should be, of 8 users and 2 groups\n/);
    assert.match(stdout, /user amara\S*\n {4}title: Queen → Director\n/);
    assert.match(stdout, /user bastian\S*\n {4}title: \(none\) → Engineer\n/);
    assert.match(stdout, /user celeste\S*: is switched off there, and should be active\n/);
    assert.match(stdout, /user fergus\S*: is not there any more\n/);
    assert.match(stdout, /group oslo-sales\n {4}members it lost: amara\S*\n {4}members whom nobody put there: giselle/);
    assert.match(stdout, /not ours, and not touched: 1 user\n {4}visitor\n/);
    assert.deepEqual(writes(site), []);
  });

  it('repairs under the guard what drifted, leaves foreign accounts alone, and finds nothing afterwards', async () => {
    await using site = await syncedSite();
    await disturb(site);
    const repaired = await site.run('verify', '--repair');
    assert.equal(repaired.code, 0, repaired.stdout + repaired.stderr);
    site.target.clearRequests();
    const again = await site.run('verify', '--repair');
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.match(
      again.stdout,
      /8 users and 2 groups compared, all as they should be\n {2}not ours, and not touched: 1 user/,
    );
    assert.deepEqual(writes(site), []);
    assert.equal(userNamed(site, 'amara')?.['title'], 'Director');
    assert.ok(site.target.users().some(({ userName }) => userName === 'visitor'));
    site.target.clearRequests();
    const { stdout } = await site.run('plan', '--json');
    assert.deepEqual((JSON.parse(stdout) as { targets: [{ operations: unknown[] }] }).targets[0].operations, []);
  });

  it('says of a target that does not answer why nothing was compared, however few there are to ask about', async () => {
    await using site = await syncedSite();
    await site.target.stop();
    const { code, stdout, stderr } = await site.run('verify');
    assert.equal(code, 1);
    assert.match(stderr, /^D2S_TARGET_UNREACHABLE: target wiki does not answer \(.*ECONNREFUSED/m);
    assert.doesNotMatch(stdout, /as they should be/);
  });

  it('holds a repair that is above a limit, and exits with 3', async () => {
    await using site = await syncedSite({ target: '    guard: { updates: { percent: 0, atLeast: 1 } }' });
    for (const name of ['amara', 'bastian', 'celeste'])
      await change(site, user(site, name), { op: 'replace', path: 'displayName', value: 'Somebody Else' });
    site.target.clearRequests();
    const { code, stdout } = await site.run('verify', '--repair');
    assert.equal(code, 3, stdout);
    assert.match(stdout, /approve/);
    assert.deepEqual(writes(site), []);
  });

  it('leaves strangers in our groups alone, unless they are to leave', async () => {
    for (const adoptedMembers of ['keep', 'remove'] as const) {
      await using site = await syncedSite({ target: `    groups: { adoptedMembers: ${adoptedMembers} }` });
      await disturb(site);
      const visitor = String(userNamed(site, 'visitor')?.['id']);
      const sales = site.target.groups().find(({ displayName }) => displayName === 'oslo-sales');
      await change(site, `/Groups/${String(sales?.['id'])}`, {
        op: 'add',
        path: 'members',
        value: [{ value: visitor }],
      });
      const { stdout } = await site.run('verify');
      const isLeft = stdout.includes('1 member of our groups is not ours, and not touched');
      assert.equal(isLeft, adoptedMembers === 'keep', stdout);
      const { code, stderr } = await site.run('verify', '--repair');
      assert.equal(code, 0, stderr);
      const shown = JSON.stringify(site.target.groups().find(({ id }) => id === sales?.['id'])?.['members']);
      assert.equal(shown.includes(visitor), adoptedMembers === 'keep');
      assert.equal((await site.run('verify')).code, 0);
    }
  });

  it('does not call drift what the next sync changes anyway, and says that it waits', async () => {
    await using site = await syncedSite();
    await site.show(
      officeWith({ amara: { name: 'Amara Osterholm', title: 'Chair' }, newcomer: { name: 'Nora Newcomer' } }),
    );
    const { code, stdout } = await site.run('verify');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /1 resource is to be changed by the next sync anyway/);
    assert.match(stdout, /1 entry in scope is not linked to an account yet/);
  });

  it('does not say that all is as it should be of what the target refuses', async () => {
    await using site = await syncedSite();
    await site.show(officeWith({ amara: { name: 'Amara Osterholm', title: 'Chair' } }));
    site.target.setBehaviour({ users: { refused: ['title'] } });
    assert.equal((await site.run('sync')).code, 1);
    const { code, stdout } = await site.run('verify');
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /^wiki: 8 users and 2 groups compared, equal but for 1 that the target refuses\n {2}1 entry is refused by the target: \S.* log --failed/,
    );
  });

  it('shows what was compared when it is interrupted, at once, and exits with 1', async () => {
    await using site = await syncedSite({ target: '    limits: { concurrency: 1 }' });
    site.target.setBehaviour({ http: { latencyMilliseconds: 400 }, list: { unfiltered: 'refused' } });
    const program = await site.start('verify');
    const lookUps = (): number => site.target.requests.filter(({ path }) => path.startsWith('/Users/')).length;
    await until('some were looked up', () => lookUps() >= 3);
    const { code, stdout } = await program.stop('SIGINT');
    assert.equal(code, 1, stdout);
    assert.match(
      stdout,
      /^wiki: [1-7] users and 0 groups compared, none of them differs; not everything could be compared\n/,
    );
    assert.match(stdout, /stopped: \d+ resources not looked at/);
    assert.ok(lookUps() < 8, 'nothing new was begun');
  });

  it('has one JSON shape, without anything but reads', async () => {
    await using site = await syncedSite();
    await disturb(site);
    const { code, stdout } = await site.run('verify', '--json');
    assert.equal(code, 10);
    const [wiki] = (JSON.parse(stdout) as { targets: [Json] }).targets;
    assert.deepEqual(wiki['counts'], { user: { attribute: 2, disabled: 1, missing: 1 }, group: { member: 1 } });
    const drift = wiki['drift'] as readonly { values: readonly unknown[]; label: string }[];
    assert.deepEqual(drift.find(({ label }) => label.startsWith('amara'))?.values, [
      { path: 'title', held: 'Queen', wanted: 'Director' },
    ]);
  });
});

describe('the daemon with schedule.verify', { concurrency: 2 }, () => {
  const sections = daemonSections.replace('poll: 300ms', 'poll: 300ms, verify: 1s');
  const drift = /dir2scim_drift_resources\{target="wiki",type="user",kind="attribute"\} (\d)/;

  it('tells of drift in log, metrics and status, and writes nothing', async () => {
    await using site = await syncedSite({ sections });
    await using daemon = await startDaemon(site);
    await daemon.moreCycles(1);
    await disturb(site);
    // One comparison may have begun before all was disturbed.
    const all = { user: { attribute: 2, disabled: 1, missing: 1 }, group: { member: 1 } };
    const isTold = (): boolean =>
      daemon.log.some(
        ({ event, level, drift: told }) => event === 'verified' && level === 'warn' && isDeepStrictEqual(told, all),
      );
    await until('drift is told', isTold);
    await until('it is measured', async () => drift.exec((await daemon.get('/metrics')).text)?.[1] === '2');
    assert.match((await daemon.get('/metrics')).text, /dir2scim_foreign_resources\{target="wiki",type="user"\} 1\n/);
    await daemon.moreCycles(2);
    assert.deepEqual(writes(site), []);
    const { stdout } = await site.run('status');
    assert.match(stdout, /wiki: in step but for what others changed there/);
    assert.match(
      stdout,
      /drift {9}1 user missing, 1 user switched off, 2 users with other values, 1 group with other members; dir2scim verify shows it/,
    );
    assert.ok(!daemon.text().includes('amara') && !daemon.text().includes('Queen'), 'the log names nobody');
  });

  it('puts it right where that is configured, and then finds nothing and sends nothing', async () => {
    await using site = await syncedSite({ sections, target: '    drift: repair' });
    await using daemon = await startDaemon(site);
    await daemon.moreCycles(1);
    await disturb(site);
    await until('everybody is there again', () => userNamed(site, 'fergus') !== undefined);
    await until('the title is right', () => userNamed(site, 'amara')?.['title'] === 'Director');
    await until('nothing differs any more', async () => {
      const told = daemon.log.findLast((line) => line['event'] === 'verified');
      return told?.['level'] === 'info' && drift.exec((await daemon.get('/metrics')).text)?.[1] === '0';
    });
    site.target.clearRequests();
    const before = daemon.log.filter((line) => line['event'] === 'verified').length;
    await until(
      'it is compared again',
      () => daemon.log.filter((line) => line['event'] === 'verified').length > before + 1,
    );
    assert.deepEqual(writes(site), []);
    assert.ok(userNamed(site, 'visitor') !== undefined, 'foreign accounts stay');
    assert.equal((await site.run('verify')).code, 0);
  });

  it('leaves out a target whose drift is off', async () => {
    await using site = await syncedSite({ sections, target: '    drift: off' });
    await using daemon = await startDaemon(site);
    await daemon.moreCycles(6);
    assert.deepEqual(site.target.requests, []);
    assert.ok(!daemon.said('verified'));
  });
});

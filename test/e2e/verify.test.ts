import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../support/scim-server/protocol.ts';
import { office, officeWith } from './support/people.ts';
import { createSite, type Site, type SiteOptions } from './support/site.ts';

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Somebody works on the target by hand. */
async function byHand({ target, token }: Site, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${target.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
}

function change(site: Site, path: string, ...operations: readonly Json[]): Promise<void> {
  return byHand(site, 'PATCH', path, { schemas: [patchSchema], Operations: operations });
}

const user = ({ target }: Site, userName: string): string =>
  `/Users/${String(target.users().find((one) => String(one['userName']).startsWith(userName))?.['id'])}`;
const group = ({ target }: Site, displayName: string): string =>
  `/Groups/${String(target.groups().find((one) => one['displayName'] === displayName)?.['id'])}`;
const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

async function syncedSite(options: SiteOptions = {}): Promise<Site> {
  const site = await createSite({ company: office, ...options });
  const { code, stderr } = await site.run('sync');
  assert.equal(code, 0, stderr);
  site.target.clearRequests();
  return site;
}

/** Changes of every kind. */
async function disturb(site: Site): Promise<void> {
  await change(site, user(site, 'amara'), { op: 'replace', path: 'title', value: 'Queen' });
  await change(site, user(site, 'bastian'), { op: 'remove', path: 'title' });
  await change(site, user(site, 'celeste'), { op: 'replace', path: 'active', value: false });
  await byHand(site, 'DELETE', user(site, 'fergus'));
  await change(
    site,
    group(site, 'oslo-sales'),
    { op: 'remove', path: `members[value eq "${idOf(user(site, 'amara'))}"]` },
    { op: 'add', path: 'members', value: [{ value: idOf(user(site, 'giselle')) }] },
  );
  await byHand(site, 'POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'visitor',
  });
  site.target.clearRequests();
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
    const amara = site.target.users().find(({ userName }) => String(userName).startsWith('amara'));
    assert.equal(amara?.['title'], 'Director');
    assert.ok(site.target.users().some(({ userName }) => userName === 'visitor'));
    site.target.clearRequests();
    const { stdout } = await site.run('plan', '--json');
    assert.deepEqual((JSON.parse(stdout) as { targets: [{ operations: unknown[] }] }).targets[0].operations, []);
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { columns } from '../../src/cli/layout.ts';
import { groupDn, idOf, mailOf, personDn } from './support/company.ts';
import { office, officeWith, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

async function firstLine(site: Site, who: string): Promise<string> {
  const { stdout, stderr, code } = await site.run('explain', who);
  assert.equal(code, 0, stderr);
  for (const line of stdout.split('\n')) assert.ok(columns(line) <= 80 || line.includes(' approve '), line);
  return /^(.*\n(?: {2}\S.*\n)??) {2}entry/.exec(stdout)?.[1]?.replaceAll(/\s+/g, ' ').trim() ?? stdout;
}

describe('explain', { concurrency: 2 }, () => {
  it('says when what failed is tried again: in the next cycle once somebody wants that', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    await site.show(officeWith({ hector: { name: 'Hector Vandermeer', title: 'Navigator' } }));
    site.target.setFaults({ before: ({ method }) => (method === 'GET' ? undefined : { kind: 'answer', status: 400 }) });
    await site.run('sync');
    site.target.setFaults({});
    assert.match(await firstLine(site, 'hector'), /the last try failed \(HTTP 400\), the next one is after \d{4}-/);
    assert.match((await site.run('explain', 'hector')).stdout, /next\s+try\s+after\s+\d{4}-/);
    assert.match((await site.run('retry', 'amara')).stdout, /^wiki: amara is not in quarantine\n$/);
    assert.equal((await site.run('retry', 'hector')).code, 0);
    assert.match(await firstLine(site, 'hector'), /\(HTTP 400\), the next one is in the next cycle/);
    assert.match((await site.run('explain', 'hector')).stdout, /next\s+try\s+in\s+the\s+next\s+cycle/);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(await firstLine(site, 'hector'), 'Hector Vandermeer is on wiki, and in step.');
  });

  it('begins with one sentence: where somebody stands, and why', async () => {
    const scope = `    scope: { users: { where: 'title in ["Director", "Engineer"]', memberOf: ["${groupDn('oslo-sales')}"] } }`;
    await using site = await createSite({ company: office, target: scope });
    assert.equal(await firstLine(site, 'amara'), 'Amara Osterholm is not on wiki yet; next: to create it.');
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(await firstLine(site, 'amara'), 'Amara Osterholm is on wiki, and in step.');
    assert.equal(
      await firstLine(site, 'hector'),
      'Hector Vandermeer is not on wiki: not in oslo-sales; title has no value, and where wants Director or Engineer.',
    );
    assert.match((await site.run('explain', 'amara')).stdout, /groups {5}oslo-sales \(gives access\)\n/);
    await site.show(officeWith({ amara: { name: 'Amara Osterholm', title: 'Guest' } }));
    assert.equal(
      await firstLine(site, 'amara'),
      'Amara Osterholm is on wiki and does not belong there any more: title is Guest, and where wants Director or Engineer; next: to deactivate it (left the scope).',
    );
    await site.show(officeWithout('amara'));
    assert.match(
      await firstLine(site, idOf('amara')),
      /is still on wiki, and no longer in the directory; (next|held until somebody approves it): to deactivate it/,
    );
  });

  it('says that nobody is created who is disabled', async () => {
    await using site = await createSite({
      company: officeWith({ hector: { name: 'Hector Vandermeer', disabled: true } }),
    });
    const sentence =
      'Hector Vandermeer is not on wiki: not created, because disabled in the directory (createInactive: false).';
    assert.equal(await firstLine(site, 'hector'), sentence);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(await firstLine(site, 'hector'), sentence);
    assert.doesNotMatch((await site.run('explain', 'hector')).stdout, /failed/);
  });

  it('finds people by any name that they go by, in any spelling, and groups', async () => {
    await using site = await createSite({ company: office });
    for (const who of [
      'AMARA',
      ' amara  osterholm ',
      mailOf('amara'),
      personDn('amara').toUpperCase(),
      idOf('amara'),
    ]) {
      assert.match(await firstLine(site, who), /^Amara Osterholm is not on wiki yet/, who);
    }
    assert.match(await firstLine(site, 'Oslo-Sales'), /^Group oslo-sales is not on wiki yet/);
    assert.match(
      (await site.run('explain', 'oslo-sales')).stdout,
      /members {4}3 members in scope: amara, bastian, celeste\n/,
    );
  });

  it('names those whom a name may mean', async () => {
    await using site = await createSite({ company: officeWith({ amara2: { name: 'Amara Osterholm' } }) });
    const { stderr, code } = await site.run('explain', 'amara osterholm');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /D2S_USAGE: 2 entries go by that name — name one of them by its id: .*\(user uid=amara2?,.*\(user uid=amara2?,/,
    );
  });

  it('shows an account of the same name that nobody is linked to', async () => {
    await using site = await createSite({
      company: office,
      target: '    scope: { users: { where: \'title == "Director"\' } }',
    });
    const answer = await fetch(`${site.target.url}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'hector' }),
    });
    assert.equal(answer.status, 201);
    assert.match(
      (await site.run('explain', 'hector')).stdout,
      /account {4}the target has one with the same userName \(id\s+[^,]+, active\);\s+it\s+is\s+linked\s+to\s+nobody/,
    );
  });

  it('folds what gives no value, and shows old and new values', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    await site.show(officeWith({ amara: { name: 'Amara Osterholm', title: 'Chair' } }));
    const { stdout } = await site.run('explain', 'amara');
    assert.equal(stdout.match(/no value/g)?.length, 1, stdout);
    assert.match(stdout, /title: Director → Chair/);
    const {
      targets: [target],
    } = JSON.parse((await site.run('explain', 'amara', '--json')).stdout) as {
      targets: [{ sentence: string; operations: { changes: unknown }[] }];
    };
    assert.equal(target.sentence, 'Amara Osterholm is on wiki; next: to update title.');
    assert.deepEqual(target.operations[0]?.changes, [
      { path: 'title', change: 'set', value: 'Chair', before: 'Director' },
    ]);
  });
});

describe('explain --push, of an adopted account that was left switched off', () => {
  it('says so, and switches it on; everything else leaves it alone', async () => {
    await using site = await createSite({ company: office });
    const made = await fetch(`${site.target.url}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: 'hector',
        active: false,
      }),
    });
    assert.equal(made.status, 201);
    assert.match(
      (await site.run('plan')).stdout,
      /adopt {6}user {2}hector .*\n +stays switched off there \(reactivateAdopted: false\)/,
    );
    const isActive = () => site.target.users().find(({ userName }) => userName === 'hector')?.active;
    assert.match((await site.run('sync')).stdout, /1 adopted account stays switched off there/);
    assert.equal((await site.run('plan')).code, 0);
    assert.match((await site.run('status')).stdout, /users +7 active, 0 deactivated, 1 left switched off/);
    assert.match(
      await firstLine(site, 'hector'),
      /is on wiki, but switched off there since before the account was adopted \(reactivateAdopted: false\)/,
    );
    assert.equal(isActive(), false);
    const pushed = await site.run('explain', 'hector', '--push', '--yes');
    assert.equal(pushed.code, 0, pushed.stdout + pushed.stderr);
    assert.equal(isActive(), true);
    assert.equal((await site.run('plan')).code, 0);
    assert.match((await site.run('status')).stdout, /users +8 active/);
  });

  it('leaves it to the daemon that holds the state', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    const made = await fetch(`${site.target.url}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: 'hector',
        active: false,
      }),
    });
    assert.equal(made.status, 201);
    assert.equal((await site.run('sync')).code, 0);
    await using daemon = await startDaemon(site);
    // By then it has nothing to plan any more: what is decided has to wake it.
    await daemon.moreCycles(4, 'success');
    const isActive = () => site.target.users().find(({ userName }) => userName === 'hector')?.active;
    assert.equal(isActive(), false);
    const pushed = await site.run('explain', 'hector', '--push', '--yes');
    assert.match(pushed.stdout, /left to whoever holds the state/, pushed.stderr);
    await until('hector is switched on', () => isActive() === true, { milliseconds: 5_000 });
  });
});

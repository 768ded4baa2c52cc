import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { columns } from '../../src/cli/layout.ts';
import { office, officeWith, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

/** Somebody makes an account on the target by hand. */
async function makeAccount(
  { target, token }: Site,
  userName: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  const answer = await fetch(`${target.url}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, ...more }),
  });
  assert.equal(answer.status, 201);
}

/** Without the lines with commands, which are to be copied whole. */
function assertWidth(stdout: string): void {
  for (const line of stdout.split('\n')) assert.ok(columns(line) <= 80 || line.includes(' approve '), line);
}

describe('plan', { concurrency: 2 }, () => {
  it('counts users and groups apart, and its numbers add up', async () => {
    await using site = await createSite({
      company: officeWith({ fergus: { name: 'Fergus Mackintosh', disabled: true } }),
    });
    await makeAccount(site, 'amara', { title: 'Queen' });
    await makeAccount(site, 'stranger');
    const { stdout } = await site.run('plan');
    assert.match(stdout, /^wiki: 1 user to adopt, 6 users and 2 groups to create\n/);
    assert.match(
      stdout,
      /in scope: 8 users = 6 to create \+ 1 to adopt \+ 1 not created, because disabled\s+in the directory\n/,
    );
    assert.match(stdout, /in scope: 2 groups = 2 to create\n/);
    assert.match(stdout, /on the target besides: 1 user that dir2scim does not manage/);
    assert.ok(stdout.indexOf('adopt      user  amara') < stdout.indexOf('create     user  bastian'), stdout);
    assert.match(stdout, /title: Queen → Director/);
    assert.match(stdout, /members {4}group oslo-support {2}2 joined\n +join: dorian, elodie\n/);
    assertWidth(stdout);
    assert.match((await site.run('plan', '--all')).stdout, /does not manage\n {4}users: stranger\n/);
  });

  it('shows old and new values, the names of who is held and of members, what is risky first', async () => {
    await using site = await createSite({
      company: office,
      target: '    guard: { removals: { percent: 0, atLeast: 1 } }',
    });
    assert.equal((await site.run('sync')).code, 0);
    const moved = officeWithout('hector', 'celeste');
    await site.show({
      ...moved,
      people: {
        ...moved.people,
        amara: { name: 'Amara Osterholm', title: 'Chair' },
        bastian: { name: 'Bastian Quillfeather', manager: 'dorian' },
      },
    });
    const { stdout, code } = await site.run('plan');
    assert.equal(code, 3, stdout);
    assert.match(stdout, /update {5}user {2}amara {2}title differs\n {13}title: Director → Chair\n/);
    assert.match(stdout, /title: Engineer → \(none\)/);
    assert.match(stdout, /enterprise\.manager: amara → dorian/);
    assert.match(
      stdout,
      /HELD 2 users to deactivate[^]*deactivate user {2}celeste {2}[^]*deactivate user {2}hector[^]*leave: celeste/,
    );
    assertWidth(stdout);
    const { targets } = JSON.parse((await site.run('plan', '--json')).stdout) as {
      targets: { operations: { label: string; changes?: unknown }[]; names: Record<string, string> }[];
    };
    const { operations, names } = targets[0] ?? { operations: [], names: {} };
    assert.deepEqual(operations.find(({ label }) => label === 'amara')?.changes, [
      { path: 'title', change: 'set', value: 'Chair', before: 'Director' },
    ]);
    assert.ok(Object.values(names).includes('celeste'));
  });

  it('never cuts what is risky, and names the rest with --all', async () => {
    const people = Object.fromEntries(
      Array.from({ length: 120 }, (_, place) => [`p${place}`, { name: `Person Number${place}` }]),
    );
    await using site = await createSite({ company: { people, groups: {} } });
    const first = await site.run('plan');
    assert.match(first.stdout, /… and 70 operations more; --all names them/);
    assert.equal((await site.run('plan', '--all')).stdout.match(/create {5}user/g)?.length, 120);
    assert.equal((await site.run('sync')).code, 0);
    await site.show({ people: { p0: { name: 'Person Number0' } }, groups: {} });
    const { stdout } = await site.run('plan');
    assert.equal(stdout.match(/deactivate user {2}p\d+ /g)?.length, 119, stdout.slice(-500));
  });

  it('stands without old values where the target does not show them now', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    await site.show(officeWith({ amara: { name: 'Amara Osterholm', title: 'Chair' } }));
    site.target.setFaults({ before: () => ({ kind: 'answer', status: 403 }) });
    const { stdout, code } = await site.run('plan');
    assert.equal(code, 10);
    assert.match(stdout, /title: → Chair/);
    assert.match(stdout, /not counted/);
  });

  it('says so when there is nothing to do', async () => {
    await using site = await createSite({ company: office });
    assert.equal((await site.run('sync')).code, 0);
    const { stdout, code } = await site.run('plan');
    assert.equal(code, 0);
    assert.equal(stdout, 'wiki: nothing to do\n  in scope: 8 users = 8 linked\n  in scope: 2 groups = 2 linked\n');
  });
});

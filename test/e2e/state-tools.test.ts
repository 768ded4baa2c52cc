import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { PartialBehaviour } from '../support/scim-server/behaviour.ts';
import { startDaemon, daemonSections } from './support/daemon.ts';
import { idOf } from './support/company.ts';
import { office, officeWithout, personalWords } from './support/people.ts';
import { createSite, type Site, type SiteOptions } from './support/site.ts';

/** Whatever a test does with the state: nothing is sent, nothing is due. */
async function isInStep(site: Site): Promise<void> {
  const before = JSON.stringify([site.target.users(), site.target.groups()]);
  const plan = await site.run('plan');
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);
  const sync = await site.run('sync');
  assert.equal(sync.code, 0, sync.stderr);
  assert.equal(JSON.stringify([site.target.users(), site.target.groups()]), before);
  assert.equal((await site.run('plan')).code, 0);
}

const withoutExternalId: PartialBehaviour = { users: { hides: ['externalId'] }, groups: { hides: ['externalId'] } };

/** Every file of the state folder, but for what was put aside. */
async function textOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    entries.flatMap((one) => (one.isFile() ? [readFile(join(one.parentPath, one.name), 'utf8')] : [])),
  );
  return texts.join('\n');
}

async function loaded(options: SiteOptions = {}): Promise<Site> {
  const site = await createSite({ company: office, ...options });
  const sync = await site.run('sync');
  assert.equal(sync.code, 0, sync.stderr);
  return site;
}

describe('state export and import', { concurrency: 2 }, () => {
  it('take the state to another place, where nothing is due, without secrets and without names', async () => {
    await using site = await loaded();
    await site.show(officeWithout('hector'));
    assert.equal((await site.run('sync')).code, 0);
    const file = join(site.folder, 'state.ndjson');
    const exported = await site.run('state', 'export', file);
    assert.equal(exported.code, 0, exported.stderr);
    assert.match(exported.stdout, /10 links, without secrets and values/);
    const text = await readFile(file, 'utf8');
    const key = (await readFile(join(site.state, 'secret.key'), 'utf8')).trim();
    for (const word of [key, site.token, ...personalWords]) assert.ok(!text.includes(word), `${word} is in the export`);
    await site.reconfigure((config) => `${config}\nstate: { path: elsewhere }\n`);
    const imported = await site.run('state', 'import', file);
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stdout, /^Taken in: 10 links of wiki\. The next cycle looks at every account once/m);
    await isInStep(site);
    assert.match((await site.run('status')).stdout, /1 deactivated/);
    await site.show(office);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(site.target.users().filter(({ active }) => active === false).length, 0, 'whoever left is known');
  });

  it('take no state’s place before somebody wants it, and keep it aside', async () => {
    await using site = await loaded();
    const file = join(site.folder, 'state.ndjson');
    assert.equal((await site.run('state', 'export', file)).code, 0);
    const refused = await site.run('state', 'import', file);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /takes the place of the state in \S+, which has 10 links: .* kept aside/);
    const taken = JSON.parse((await site.run('state', 'import', file, '--yes', '--json')).stdout) as {
      readonly keptAside: string;
    };
    assert.deepEqual((await readdir(taken.keptAside)).sort(), ['journal.ndjson', 'secret.key', 'snapshot.ndjson']);
    await isInStep(site);
  });

  it('refuse what was cut short or changed, and leave the state as it is', async () => {
    await using site = await loaded();
    const file = join(site.folder, 'state.ndjson');
    assert.equal((await site.run('state', 'export', file)).code, 0);
    const text = await readFile(file, 'utf8');
    const lines = text.split('\n');
    for (const bad of [
      '',
      'no export',
      lines.slice(0, -2).join('\n'),
      lines.filter((_, index) => index !== 4).join('\n'),
      text.replace('"active"', '"deactivated"'),
      text.replace('"version":1', '"version":2'),
    ]) {
      await writeFile(file, bad);
      const refused = await site.run('state', 'import', file, '--yes');
      assert.deepEqual([refused.code, refused.stderr.slice(0, 20)], [2, 'D2S_EXPORT_UNUSABLE:']);
    }
    assert.ok(!(await readdir(site.state)).some((name) => name === 'new' || name.startsWith('before-')));
    await isInStep(site);
  });

  it('export beside a daemon, import never', async () => {
    await using site = await loaded({ sections: daemonSections });
    await using daemon = await startDaemon(site);
    const file = join(site.folder, 'state.ndjson');
    assert.equal((await site.run('state', 'export', file)).code, 0);
    for (const words of [['import', file], ['rebuild'], ['forget', idOf('hector')]]) {
      const refused = await site.run('state', ...words, '--yes');
      assert.equal(refused.code, 4, refused.stderr);
      assert.match(refused.stderr, /^D2S_STATE_LOCKED:/m);
    }
    daemon.kill('SIGTERM');
    await daemon.ended;
  });
});

describe('state rebuild', { concurrency: 2 }, () => {
  for (const [what, options] of [
    ['with externalId', {}],
    ['that shows no externalId', { behaviour: withoutExternalId }],
  ] as const)
    it(`makes a damaged state again from directory and target, ${what}`, async () => {
      await using site = await loaded(options);
      await writeFile(join(site.state, 'snapshot.ndjson'), 'damaged');
      assert.equal((await site.run('sync')).code, 4);
      const refused = await site.run('state', 'rebuild');
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /which cannot be used \(D2S_STATE_DAMAGED\) and is kept aside/);
      const rebuilt = await site.run('state', 'rebuild', '--yes');
      assert.equal(rebuilt.code, 0, rebuilt.stderr);
      assert.match(rebuilt.stdout, /wiki: linked again: 8 users and 2 groups\nThe next cycle looks/);
      const { stdout } = await site.run('status');
      assert.match(stdout, /wiki: no cycle yet\n {2}users {9}8 active, 0 deactivated.*\n {2}groups {8}2 active/);
      await isInStep(site);
      await site.show(officeWithout('hector'));
      assert.equal((await site.run('sync')).code, 0);
      assert.equal(site.target.users().filter(({ active }) => active === false).length, 1, 'who leaves is known');
    });

  it('ends with an error when the target is down, and leaves everything as it was', async () => {
    await using site = await loaded();
    const before = await textOf(site.state);
    await site.target.stop();
    const { code, stderr } = await site.run('state', 'rebuild', '--yes');
    assert.equal(code, 1);
    assert.match(stderr, /D2S_TARGET_\w+: target wiki/);
    assert.equal(await textOf(site.state), before);
  });

  it('says whom it could not join, and leaves accounts of people who have left alone', async () => {
    await using site = await loaded();
    await site.show(officeWithout('hector', 'dorian'));
    assert.equal((await site.run('sync')).code, 0);
    await site.show({
      ...officeWithout('hector', 'dorian'),
      people: { ...officeWithout('hector', 'dorian').people, ines: { name: 'Ines Newcomb' } },
    });
    const before = JSON.stringify(site.target.users());
    const rebuilt = await site.run('state', 'rebuild', '--yes');
    assert.equal(rebuilt.code, 0, rebuilt.stderr);
    assert.match(
      rebuilt.stdout,
      /linked again: 6 users and 2 groups\n {2}1 entry not there: the next cycle makes them/,
    );
    assert.match(rebuilt.stdout, /2 accounts there that nobody in the directories has: left as they are/);
    assert.equal(JSON.stringify(site.target.users()), before);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(site.target.users().length, 9);
  });
});

describe('state forget', { concurrency: 2 }, () => {
  it('erases somebody who has left from state and log, whose chain still holds', async () => {
    await using site = await loaded();
    await site.show(officeWithout('celeste'));
    assert.equal((await site.run('sync')).code, 0);
    const id = idOf('celeste');
    assert.ok((await textOf(site.state)).includes(id));
    const refused = await site.run('state', 'forget', id);
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /erases all that is remembered about .*user \S+ on wiki \(deactivated\) stay as they are/,
    );
    const forgotten = await site.run('state', 'forget', 'celeste', '--yes');
    assert.equal(forgotten.code, 0, forgotten.stderr);
    assert.match(forgotten.stdout, new RegExp(`^Erased, of ${id}: 1 link and \\d+ entries of the provisioning log`));
    assert.ok(!(await textOf(site.state)).includes(id));
    const verified = await site.run('state', 'verify');
    assert.equal(verified.code, 0, verified.stdout);
    assert.match(verified.stdout, /\d+ entries, as they were written; somebody was erased from \d+ of them/);
    assert.equal((await site.run('log', '--who', id)).code, 1);
    assert.equal(site.target.users().length, 8, 'the account stays');
    await isInStep(site);
    const log = join(site.state, 'log', (await readdir(join(site.state, 'log')))[0] ?? '');
    await writeFile(
      log,
      (await readFile(log, 'utf8')).replace(/"erased":"[^"]+"/, '"erased":"2020-01-01T00:00:00.000Z"'),
    );
    const edited = await site.run('state', 'verify');
    assert.equal(edited.code, 4);
    assert.match(edited.stdout, /changed, or put in/);
  });

  it('refuses somebody who is still in scope, unless it is said', async () => {
    await using site = await loaded();
    const refused = await site.run('state', 'forget', 'hector@corp.example');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /the directory still has \S+ in scope of wiki/);
    const forgotten = await site.run('state', 'forget', 'hector@corp.example', '--yes');
    assert.match(forgotten.stdout, /They are still in scope of wiki: the next cycle remembers them anew/);
    assert.equal((await site.run('plan')).code, 10);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(site.target.users().length, 8, 'the account is taken over again');
  });

  it('knows nobody of a name that nobody has or had', async () => {
    await using site = await loaded();
    const unknown = await site.run('state', 'forget', 'nobody-at-all', '--yes');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^D2S_NOT_FOUND:/m);
  });
});

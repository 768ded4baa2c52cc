import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { office, officeWith, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

/** A plan of this site, in a file. */
async function planned(site: Site): Promise<string> {
  const file = join(site.folder, 'plan.json');
  const { stderr } = await site.run('plan', '--out', file);
  assert.match(stderr, /Written to .*apply/);
  return file;
}

const writes = ({ target }: Site): number => target.requests.filter(({ method }) => method !== 'GET').length;

/** Refused, without anything sent. */
async function isRefused(site: Site, file: string, why: RegExp): Promise<void> {
  const before = writes(site);
  const { code, stderr } = await site.run('apply', file);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^D2S_PLAN_CHANGED: nothing was sent, because the plan is another one now/m);
  assert.match(stderr, why);
  assert.equal(writes(site), before);
}

/** The same for a file that somebody edited; it is as it was afterwards. */
async function isEdited(
  site: Site,
  file: string,
  edit: (text: string) => string,
  why = /the file was edited after it was written/,
): Promise<void> {
  const text = await readFile(file, 'utf8');
  assert.notEqual(edit(text), text);
  await writeFile(file, edit(text));
  const before = writes(site);
  const { code, stderr } = await site.run('apply', file);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^D2S_PLAN_CHANGED: nothing was sent/m);
  assert.match(stderr, why);
  assert.equal(writes(site), before);
  await writeFile(file, text);
}

describe('plan --out and apply', { concurrency: 2 }, () => {
  it('carry out exactly what was looked at, once, from a file that nobody else can read', async () => {
    await using site = await createSite({ company: office });
    const file = await planned(site);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.match(await readFile(file, 'utf8'), /Amara Osterholm/);
    const applied = await site.run('apply', file);
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal(site.target.users().length, 8);
    assert.equal((await site.run('plan')).code, 0, 'nothing more is due');
    await isRefused(site, file, /it was made before the state knew anybody/);
    const nothing = await planned(site);
    assert.equal((await site.run('apply', nothing)).code, 0);
  });

  it('refuse when the directory has moved on, and say how', async () => {
    await using site = await createSite({ company: office });
    await site.run('sync');
    await site.show(officeWith({ hector: { name: 'Hector Vandermeer', title: 'Chef' } }));
    const file = await planned(site);
    await site.show(officeWith({ hector: { name: 'Hector Vandermeer', title: 'Cook' } }));
    await isRefused(
      site,
      file,
      /is another one now: 1 operation would have other values or members: update user \S+ — make/,
    );
    assert.equal((await site.run('status')).code, 0);
    assert.doesNotMatch((await site.run('status')).stdout, /PLAN_CHANGED/);
    await site.show(officeWith({ hector: { name: 'Hector Vandermeer', title: 'Chef' } }));
    assert.equal((await site.run('apply', file)).code, 0);
  });

  it('refuse when the target was changed by a sync, or the configuration is another one', async () => {
    await using site = await createSite({ company: office });
    await site.run('sync');
    await site.show(officeWithout('hector'));
    const file = await planned(site);
    await site.reconfigure((text) => `${text}\n# another line\n`);
    await isRefused(site, file, /the configuration has changed/);
    const again = await planned(site);
    await site.run('sync');
    await isRefused(site, again, /1 operation would not be carried out: deactivate user/);
  });

  it('leave held what is held, and refuse when something else is', async () => {
    await using site = await createSite({ company: office });
    await site.run('sync');
    const leavers = ['hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'];
    await site.show(officeWithout(...leavers));
    const file = await planned(site);
    const applied = await site.run('apply', file);
    assert.equal(applied.code, 3, applied.stderr);
    assert.ok(site.target.users().every((one) => one['active'] !== false));
    await site.show(officeWithout(...leavers, 'bastian'));
    await isRefused(site, file, /something else is held/);
  });

  it('refuse when what the file shows, or anything else of it, was edited', async () => {
    await using site = await createSite({ company: office });
    const first = await planned(site);
    await isEdited(site, first, (text) => text.replaceAll('Amara Osterholm', 'Amara Osterman'));
    await site.run('sync');
    await site.show(officeWith({ hector: { name: 'Hector Vandermeer', title: 'Chef' } }));
    const file = await planned(site);
    await isEdited(site, file, (text) => text.replace('"Chef"', '"Cook"'));
    await isEdited(site, file, (text) => text.replace('"full":false', '"full":true'));
    await isEdited(site, file, (text) => text.replace(/"state":"[^"]+",/, ''), /before the state knew anybody/);
    await isEdited(site, file, (text) => text.replace(/"seal":"[^"]+"/, '"seal":""'));
    assert.equal((await site.run('apply', file)).code, 0);
  });

  it('refuse what is no plan', async () => {
    await using site = await createSite({ company: office });
    const file = join(site.folder, 'plan.json');
    assert.match((await site.run('apply', file)).stderr, /^D2S_USAGE: the plan .* cannot be read/m);
    await writeFile(file, '{"format":"dir2scim-plan"}');
    const { code, stderr } = await site.run('apply', file);
    assert.equal(code, 2);
    assert.match(stderr, /^D2S_USAGE: .*plan\.json is no plan/m);
    assert.match((await site.run('plan', '--out', join(site.folder, 'nowhere', 'plan.json'))).stderr, /^D2S_USAGE/m);
  });
});

import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ProgramResult } from '../support/program.ts';
import { slapdSuffix, startSlapd } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { companyLdif, groupDn, personDn } from './support/company.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

const cycleOf = ({ stdout }: ProgramResult): string => /cycle ([\w-]+)/.exec(stdout)?.[1] ?? '';

const active = ({ target }: Site): number => target.users().filter((one) => one['active'] !== false).length;

const members = ({ target }: Site): number =>
  target.groups().reduce((sum, one) => sum + (Array.isArray(one['members']) ? one['members'].length : 0), 0);

describe('undo', { concurrency: 2 }, () => {
  it('takes back what a sync did, with the next one, and what it holds is approved by its id', async () => {
    await using site = await createSite({ company: office });
    const created = await site.run('sync');
    const nothing = await site.run('undo', cycleOf(created));
    assert.equal(nothing.code, 0, nothing.stderr);
    assert.match(nothing.stdout, /nothing to undo: this cycle took nothing away \(1\d operations\)/);
    assert.match((await site.run('undo', 'nosuch-cycle')).stderr, /^D2S_NOT_FOUND: the provisioning log has no/m);
    await site.show(officeWithout('celeste', 'dorian'));
    const cycle = cycleOf(await site.run('sync'));
    assert.deepEqual([active(site), members(site)], [6, 3]);
    const undone = await site.run('undo', cycle);
    assert.equal(undone.code, 0, undone.stderr);
    assert.match(undone.stdout, /taken back: 2 reactivations and 2 memberships/);
    assert.match(undone.stdout, new RegExp(`approve undo-${cycle}`));
    assert.equal((await site.run('plan')).code, 10);
    const back = await site.run('sync');
    assert.equal(back.code, 0, back.stderr);
    assert.match(back.stdout, /undone {5}2 users to deactivate, members of \d groups? to change, rejected by/);
    assert.match(
      (await site.run('verify')).stdout,
      new RegExp(
        `equal but for \\d of which changes were rejected or taken back\\n {2}undone: [\\s\\S]*approve\\s+undo-${cycle}`,
      ),
    );
    assert.deepEqual([active(site), members(site)], [8, 5]);
    assert.equal((await site.run('plan')).code, 0, 'nothing more is due');
    assert.match((await site.run('status')).stdout, new RegExp(`undo-${cycle}`));
    assert.match((await site.run('undo', cycle)).stdout, /taken back before: 2 reactivations and 2 memberships/);
    const again = await site.run('undo', cycleOf(back));
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, new RegExp(`the undo is taken back: what undo-${cycle} holds is approved`));
    assert.equal((await site.run('sync')).code, 0);
    assert.deepEqual([active(site), members(site)], [6, 3]);
    assert.equal((await site.run('plan')).code, 0);
  });

  it('says who cannot be created again', async () => {
    await using site = await createSite({ company: office, removal: 'leaves: delete' });
    await site.run('sync');
    await site.show(officeWithout('hector'));
    const cycle = cycleOf(await site.run('sync'));
    assert.equal(active(site), 7);
    const undone = await site.run('undo', cycle);
    assert.equal(undone.code, 1);
    assert.match(
      undone.stdout,
      /^wiki: nothing can be taken back\n {2}1 account cannot be created again: no directory has/,
    );
    assert.doesNotMatch((await site.run('status')).stdout, /undo/, 'no undo is left that has nothing to give back');
    assert.equal((await site.run('sync')).code, 0);
    assert.equal((await site.run('plan')).code, 0);
  });

  it('leaves no decision when the directory cannot be read', async () => {
    await using site = await createSite({ company: office, removal: 'leaves: delete' });
    await site.run('sync');
    await site.show(officeWithout('hector'));
    const cycle = cycleOf(await site.run('sync'));
    await rename(site.ldif, `${site.ldif}.away`);
    const undone = await site.run('undo', cycle);
    assert.equal(undone.code, 1, undone.stdout);
    await rename(`${site.ldif}.away`, site.ldif);
    assert.doesNotMatch((await site.run('status')).stdout, /undo/);
  });

  it('is carried out by a daemon before OpenLDAP, where nothing else changes', async () => {
    const slapd = await startSlapd({ ldif: companyLdif(office) });
    await using site = await createSite({
      directory: `    urls: ["${slapd.url}"]
    bind: { dn: "cn=reader,${slapdSuffix}", password: { file: ldap-password } }
    users: { bases: ["ou=people,${slapdSuffix}"] }
    groups: { bases: ["ou=groups,${slapdSuffix}"] }`,
      sections: daemonSections,
    });
    try {
      await writeFile(join(site.folder, 'ldap-password'), slapd.reader.password);
      await using daemon = await startDaemon(site);
      await until('everybody is there', () => active(site) === 8 && members(site) === 5);
      await slapd.change(
        `dn: ${groupDn('oslo-sales')}\nchangetype: modify\ndelete: member\nmember: ${personDn('celeste')}\n\n` +
          `dn: ${personDn('celeste')}\nchangetype: delete\n`,
      );
      await until('one has left', () => active(site) === 7 && members(site) === 4);
      const log = await site.run('log', '--json');
      const cycle = /"cycle":"([\w-]+)"[^\n]*"deactivate"/.exec(log.stdout)?.[1] ?? '';
      const undone = await site.run('undo', cycle);
      assert.equal(undone.code, 0, undone.stderr);
      await until('and is back', () => active(site) === 8);
      await daemon.moreCycles(3);
      assert.equal(active(site), 8);
      daemon.kill('SIGTERM');
      await daemon.ended;
      assert.equal((await site.run('sync')).code, 0);
      assert.equal(active(site), 8);
    } finally {
      await slapd.dispose();
    }
  });
});

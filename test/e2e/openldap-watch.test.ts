import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { slapdSuffix, startSlapd, type Slapd, type SlapdOptions } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { companyLdif, personDn } from './support/company.ts';
import { startDaemon } from './support/daemon.ts';
import { office } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

const directory = (url: string): string => `    urls: ["${url}"]
    bind: { dn: "cn=reader,${slapdSuffix}", password: { file: ldap-password } }
    allowCleartext: true
    users: { bases: ["ou=people,${slapdSuffix}"] }
    groups: { bases: ["ou=groups,${slapdSuffix}"] }`;
const sections = 'schedule: { poll: 60s }\nhttp: { listen: "127.0.0.1:0" }\nlog: { format: json, level: debug }';

async function siteOf(slapd: Slapd): Promise<Site> {
  const site = await createSite({ directory: directory(slapd.url), sections });
  await writeFile(join(site.folder, 'ldap-password'), slapd.reader.password);
  return site;
}

const titled = (uid: string, title: string): string =>
  `dn: ${personDn(uid)}\nchangetype: modify\nreplace: title\ntitle: ${title}\n`;
const unlimited = `limits dn.exact="cn=reader,${slapdSuffix}" size=unlimited time=unlimited`;

describe('a daemon that polls once a minute', () => {
  const options: SlapdOptions = {
    ldif: companyLdif(office),
    global: ['moduleload syncprov'],
    database: [unlimited, 'overlay syncprov', 'syncprov-sessionlog 100'],
  };
  let slapd: Slapd;
  before(async () => {
    slapd = await startSlapd(options);
  });
  after(() => slapd.dispose());

  it('passes a change on long before the next poll where OpenLDAP tells of it, and again after OpenLDAP was gone', async () => {
    await using site = await siteOf(slapd);
    await using daemon = await startDaemon(site);
    // How fast is a matter of bench:directory; here, that nothing waits for the poll.
    const follows = async (uid: string, title: string): Promise<void> => {
      await slapd.change(titled(uid, title));
      await until(`${title} is there`, () => site.target.users().some((user) => user['title'] === title), {
        milliseconds: 5_000,
      });
    };
    const begun = (): number => daemon.log.filter(({ event }) => event === 'watch_started').length;
    await until('it watches', () => begun() === 1);
    // The beginning of a watch brings a round by itself, which may find the first change, but not both.
    for (const title of ['Captain', 'Major']) await follows('elodie', title);

    await slapd.restart();
    await until('it watches again', () => begun() === 2, { milliseconds: 10_000 });
    for (const title of ['Colonel', 'General']) await follows('elodie', title);

    daemon.kill('SIGTERM');
    assert.equal((await daemon.ended).code, 0);
    const told = daemon.log
      .filter(({ event }) => String(event).startsWith('watch_'))
      .map(({ level, event }) => [level, event]);
    assert.deepEqual(told, [
      ['info', 'watch_started'],
      ['info', 'watch_ended'],
      ['debug', 'watch_started'],
    ]);
    assert.deepEqual(site.target.violations, []);
  });

  it('says once that a server without the overlay is only polled', async () => {
    const plain = await startSlapd({ ldif: companyLdif(office) });
    try {
      await using site = await siteOf(plain);
      await using daemon = await startDaemon(site);
      await until('it is told', () => daemon.said('watch_unavailable'));
      daemon.kill('SIGTERM');
      assert.equal((await daemon.ended).code, 0);
      assert.equal(daemon.log.filter(({ event }) => event === 'watch_unavailable').length, 1);
    } finally {
      await plain.dispose();
    }
  });
});

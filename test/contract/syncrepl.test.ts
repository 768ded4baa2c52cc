import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cursor, Feed } from '../../src/adapters/ldap/changes/change-strategy.ts';
import { syncrepl } from '../../src/adapters/ldap/changes/syncrepl.ts';
import type { SourceId } from '../../src/core/model/entry.ts';
import { slapdSuffix, startSlapd, type Slapd, type SlapdOptions } from '../support/slapd.ts';
import { feedOf, withServer, type FeedUnderTest } from './ad-feed.ts';
import { directorySourceContract } from './directory-source.ts';
import { ldapFixture, ldapOptions } from './ldap-fixture.ts';
import { dialect, groups, people, scopes, treeLdif } from './openldap-tree.ts';

const teams = `ou=Team,${people}`;
const ou = (dn: string): string => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`;
const person = (name: string, base = people): string =>
  `dn: cn=${name},${base}\nobjectClass: inetOrgPerson\nsn: ${name}\n\n`;
const ldif = [
  ou(people),
  ou(groups),
  ou(teams),
  ou(`ou=Elsewhere,${slapdSuffix}`),
  ...['Anna', 'Bert', 'Cleo', 'Dora'].map((name) => person(name)),
  person('Tina', teams),
].join('');
const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n`;
const rename = (dn: string, rdn: string, base?: string): string =>
  `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${rdn}\ndeleteoldrdn: 1\n${base === undefined ? '' : `newsuperior: ${base}\n`}`;
const unlimited = `limits dn.exact="cn=reader,${slapdSuffix}" size=unlimited time=unlimited`;
const global = ['moduleload syncprov'];
const withLog: SlapdOptions = { ldif, global, database: [unlimited, 'overlay syncprov', 'syncprov-sessionlog 100'] };
const withoutLog: SlapdOptions = { ldif, global, database: [unlimited, 'overlay syncprov'] };

const optionsOf = (server: Slapd) => ldapOptions(server.url, server.reader, scopes);
const idOf = async (server: Slapd, name: string): Promise<SourceId> => {
  const printed = await server.search('-b', slapdSuffix, `(cn=${name})`, 'entryUUID');
  return /^entryUUID: (.*)$/m.exec(printed)?.[1] ?? assert.fail(printed);
};
const poll = (server: Slapd, cursor: Cursor): Promise<Feed> =>
  withServer(optionsOf(server), (directory) => syncrepl.poll(directory, cursor));
const begin = (server: Slapd): Promise<Cursor> =>
  withServer(optionsOf(server), (directory) => syncrepl.begin(directory));

async function onServer(
  options: SlapdOptions,
  use: (server: Slapd, feed: FeedUnderTest) => Promise<void>,
): Promise<void> {
  const server = await startSlapd(options);
  try {
    const feed = feedOf(syncrepl, () => optionsOf(server));
    await feed.begin();
    await use(server, feed);
  } finally {
    await server.dispose();
  }
}

const lost = (feed: Feed, reason: RegExp): void => {
  assert.match(feed.kind === 'lost' ? feed.reason : feed.kind, reason);
};

for (const [name, options] of [
  ['with', withLog],
  ['without', withoutLog],
] as const) {
  directorySourceContract(`OpenLDAP with content synchronization, ${name} a session log`, async () => {
    const server = await startSlapd({ ...options, ldif: treeLdif });
    return ldapFixture(server, dialect, ldapOptions(server.url, server.reader, { ...scopes, changes: 'syncrepl' }));
  });
}

describe('The syncrepl feed on OpenLDAP with a session log', () => {
  it('names nobody where nothing happened', () =>
    onServer(withLog, async (_, feed) => {
      for (let times = 0; times < 2; times += 1) assert.equal((await feed.poll()).kind, 'unchanged');
    }));

  it('names who came, changed, was renamed, and who was deleted, once', () =>
    onServer(withLog, async (server, feed) => {
      const gone = await idOf(server, 'Cleo');
      await server.change(modify(`cn=Anna,${people}`, 'replace: title', 'title: x'));
      await server.change(rename(`cn=Bert,${people}`, 'cn=Bertram'));
      await server.change(person('Nina').replace('\n', '\nchangetype: add\n'));
      await server.change(`dn: cn=Cleo,${people}\nchangetype: delete\n`);
      const { changed, gone: left, containers } = await feed.changes();
      assert.deepEqual(
        changed,
        (await Promise.all(['Anna', 'Bertram', 'Nina'].map((name) => idOf(server, name)))).sort(),
      );
      assert.deepEqual([left, containers], [[gone], false]);
      assert.equal((await feed.poll()).kind, 'unchanged');
    }));

  it('names who moves out of a base as gone', () =>
    onServer(withLog, async (server, feed) => {
      const id = await idOf(server, 'Dora');
      await server.change(rename(`cn=Dora,${people}`, 'cn=Dora', `ou=Elsewhere,${slapdSuffix}`));
      assert.deepEqual(await feed.changes(), { changed: [], gone: [id], containers: false });
    }));

  it('tells that a container with entries beneath it was renamed', () =>
    onServer(withLog, async (server, feed) => {
      await server.change(rename(teams, 'ou=Crew'));
      assert.equal((await feed.changes()).containers, true);
    }));

  it('is lost with a damaged cookie, which the server would take for none', () =>
    onServer(withLog, async (server) => {
      for (const cookie of ['garbage', '', 'rid=000', 'rid=000,csn='])
        lost(await poll(server, JSON.stringify({ [people]: cookie })), /damaged/);
    }));

  it('is lost when the server was started again after a deletion, and goes on after a new beginning', () =>
    onServer(withLog, async (server, feed) => {
      await server.change(`dn: cn=Cleo,${people}\nchangetype: delete\n`);
      await server.restart();
      lost(await feed.poll(), /session log/);
      await feed.begin();
      await server.change(modify(`cn=Anna,${people}`, 'replace: title', 'title: x'));
      assert.deepEqual((await feed.changes()).changed, [await idOf(server, 'Anna')]);
    }));

  it('is lost with a cookie of an unknown server, and with one that is older than anything the server remembers', () =>
    onServer(withLog, async (server) => {
      const cursor = await begin(server);
      await server.change(`dn: cn=Cleo,${people}\nchangetype: delete\n`);
      for (const bent of [cursor.replaceAll(/#000#/g, '#0ab#'), cursor.replaceAll(/csn=\d{4}/g, 'csn=2001')]) {
        assert.notEqual(bent, cursor);
        lost(await poll(server, bent), /session log/);
      }
    }));

  it('is lost with a cookie that is newer than the server', () =>
    onServer(withLog, async (server) => {
      const cursor = (await begin(server)).replaceAll(/csn=\d{4}/g, 'csn=2999');
      lost(await poll(server, cursor), /unwillingToPerform \(53\)/);
    }));
});

describe('The syncrepl feed on OpenLDAP without a session log', () => {
  it('names nobody where nothing happened', () =>
    onServer(withoutLog, async (_, feed) => {
      assert.equal((await feed.poll()).kind, 'unchanged');
    }));

  it('is lost after a deletion or a change, and goes on after a new beginning', () =>
    onServer(withoutLog, async (server, feed) => {
      await server.change(`dn: cn=Cleo,${people}\nchangetype: delete\n`);
      lost(await feed.poll(), /session log/);
      await feed.begin();
      assert.equal((await feed.poll()).kind, 'unchanged');
      await server.change(modify(`cn=Anna,${people}`, 'replace: title', 'title: x'));
      lost(await feed.poll(), /session log/);
    }));
});

describe('The syncrepl feed', () => {
  it('is not used where the overlay is not there', () =>
    Promise.all(
      [{ ldif }, { ldif, global }].map(async (options) => {
        const server = await startSlapd(options);
        try {
          await assert.rejects(begin(server), { message: /content synchronization/ });
        } finally {
          await server.dispose();
        }
      }),
    ).then(() => undefined));

  it('is lost when the server cuts an answer short', () =>
    onServer({ ...withLog, database: ['sizelimit 1', ...(withLog.database ?? []).slice(1)] }, async (server, feed) => {
      for (const name of ['Anna', 'Bert', 'Dora'])
        await server.change(modify(`cn=${name},${people}`, 'replace: title', 'title: x'));
      lost(await feed.poll(), /sizeLimitExceeded \(4\)/);
    }));
});

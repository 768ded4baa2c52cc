import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Feed } from '../../src/adapters/ldap/changes/change-strategy.ts';
import { syncrepl } from '../../src/adapters/ldap/changes/syncrepl.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { toSourceId } from '../../src/core/directory/source-id.ts';
import type { SourceId } from '../../src/core/model/entry.ts';
import { ds389Suffix, startDs389, type Ds389 } from '../support/ds389.ts';
import { feedOf, withServer, type FeedUnderTest } from './ad-feed.ts';
import { directorySourceContract } from './directory-source.ts';
import { ldapFixture, ldapOptions } from './ldap-fixture.ts';
import { dialect, groups, people, scopes, treeLdif } from './openldap-tree.ts';

directorySourceContract('389 Directory Server', async () => {
  const server = await startDs389({ ldif: treeLdif });
  return ldapFixture(server, dialect, ldapOptions(server.url, server.reader, scopes));
});

const teams = `ou=Team,${people}`;
const elsewhere = `ou=Elsewhere,${ds389Suffix}`;
const ou = (dn: string): string => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`;
const person = (name: string, base = people): string =>
  `dn: cn=${name},${base}\nobjectClass: inetOrgPerson\nsn: ${name}\n\n`;
const modify = (dn: string, ...lines: string[]): string => `dn: ${dn}\nchangetype: modify\n${lines.join('\n')}\n`;
const rename = (dn: string, rdn: string, base?: string): string =>
  `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${rdn}\ndeleteoldrdn: 1\n${base === undefined ? '' : `newsuperior: ${base}\n`}`;
const lost = (feed: Feed, reason: RegExp): void => {
  assert.match(feed.kind === 'lost' ? feed.reason : feed.kind, reason);
};

describe('The syncrepl feed on 389 Directory Server', () => {
  let server: Ds389;
  let feed: FeedUnderTest;
  let account: Ds389['reader'];
  const optionsNow = () => ldapOptions(server.url, account, scopes);
  const idOf = async (name: string): Promise<SourceId> => {
    const printed = await server.search('-b', ds389Suffix, `(cn=${name})`, 'nsUniqueId');
    const [, text = ''] = /^nsUniqueId: (.*)$/im.exec(printed) ?? [];
    return toSourceId('nsUniqueId', Buffer.from(text)) ?? assert.fail(printed);
  };
  before(async () => {
    server = await startDs389({
      ldif: [
        ou(people),
        ou(groups),
        ou(teams),
        ou(elsewhere),
        ...['Anna', 'Bert', 'Cleo', 'Dora', 'Emil'].map((name) => person(name)),
        person('Tina', teams),
      ].join(''),
    });
    account = server.reader;
    feed = feedOf(syncrepl, optionsNow);
    await feed.begin();
  });
  after(() => server.dispose());

  it('is what the source chooses', async () => {
    const facts = await createLdapSource(optionsNow()).inspect(new AbortController().signal);
    assert.ok(
      facts.details.some((line) => line.startsWith('changes: syncrepl')),
      facts.details.join('\n'),
    );
    assert.equal(facts.kind, '389ds');
  });

  it('takes an answer without anybody for no change, although the server says refreshDeletes = FALSE', async () => {
    for (let times = 0; times < 2; times += 1) assert.equal((await feed.poll()).kind, 'unchanged');
  });

  it('names who changed, was renamed, came and was deleted, once', async () => {
    const gone = await idOf('Cleo');
    await server.change(modify(`cn=Anna,${people}`, 'replace: title', 'title: x'));
    await server.change(rename(`cn=Bert,${people}`, 'cn=Bertram'));
    await server.change(person('Nina').replace('\n', '\nchangetype: add\n'));
    await server.change(`dn: cn=Cleo,${people}\nchangetype: delete\n`);
    const { changed, gone: left, containers } = await feed.changes();
    assert.deepEqual(changed, (await Promise.all(['Anna', 'Bertram', 'Nina'].map(idOf))).sort());
    assert.deepEqual([left, containers], [[gone], false]);
    assert.equal((await feed.poll()).kind, 'unchanged');
  });

  it('names who moves out of a base', async () => {
    const id = await idOf('Dora');
    await server.change(rename(`cn=Dora,${people}`, 'cn=Dora', elsewhere));
    const { changed, gone } = await feed.changes();
    assert.ok([...changed, ...gone].includes(id));
  });

  it('names who no longer fits a class', async () => {
    const id = await idOf('Emil');
    await server.change(modify(`cn=Emil,${people}`, 'replace: objectClass', 'objectClass: person'));
    assert.ok((await feed.changes()).changed.includes(id));
  });

  it('tells that a container with entries beneath it was renamed', async () => {
    await server.change(rename(teams, 'ou=Crew'));
    assert.equal((await feed.changes()).containers, true);
  });

  it('is lost with the cookie of another account', async () => {
    account = server.other;
    lost(await feed.poll(), /4096/);
    account = server.reader;
    assert.equal((await feed.poll()).kind, 'unchanged');
  });

  it('is lost with a cookie from the future, and with garbage', async () => {
    const cursor = await withServer(optionsNow(), (directory) => syncrepl.begin(directory));
    const poll = (text: string) => withServer(optionsNow(), (directory) => syncrepl.poll(directory, text));
    lost(await poll(cursor.replace(/#\d+"/, '#999999"')), /4096/);
    lost(await poll(JSON.stringify({ [ds389Suffix]: 'garbage' })), /changelog/);
  });

  it('is lost when the changelog was trimmed beyond its cookie, which the server does not notice', async () => {
    for (const value of ['a', 'b', 'c'])
      await server.change(modify(`cn=Anna,${people}`, 'replace: title', `title: ${value}`));
    const printed = await server.search('-b', 'cn=changelog', '(changeNumber=*)', 'changeNumber');
    const numbers = [...printed.matchAll(/^changenumber: (\d+)$/gim)]
      .map(([, number]) => Number(number))
      .sort((a, b) => a - b);
    await server.change(
      numbers
        .slice(0, -1)
        .map((number) => `dn: changenumber=${number},cn=changelog\nchangetype: delete\n`)
        .join('\n'),
    );
    await server.restart();
    lost(await feed.poll(), /changelog/);
  });
});

it('The syncrepl feed compares everything where 389 Directory Server tells that something changed, but not what', async () => {
  const server = await startDs389({ ldif: ou(people) + ou(groups) + person('Anna'), changelogIds: false });
  try {
    const feed = feedOf(syncrepl, () => ldapOptions(server.url, server.reader, scopes));
    await feed.begin();
    assert.equal((await feed.poll()).kind, 'unchanged');
    await server.change(modify(`cn=Anna,${people}`, 'replace: title', 'title: x'));
    assert.deepEqual(await feed.changes(), { changed: [], gone: [], containers: true });
    assert.equal((await feed.poll()).kind, 'unchanged');
  } finally {
    await server.dispose();
  }
});

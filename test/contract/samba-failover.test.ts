import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Feed } from '../../src/adapters/ldap/changes/change-strategy.ts';
import { dirsync } from '../../src/adapters/ldap/changes/dirsync.ts';
import { usn } from '../../src/adapters/ldap/changes/usn.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { DirectoryCache } from '../../src/core/directory/directory-cache.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import type { DirectorySource, ReadOutcome } from '../../src/ports/directory-source.ts';
import {
  pairAdministrator,
  pairSuffix,
  startSambaPair,
  type PairedServer,
  type SambaPair,
} from '../support/samba-pair.ts';
import { feedOf, guidIn } from './ad-feed.ts';
import { first } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';

const people = `OU=People,${pairSuffix}`;
const user = (name: string): string =>
  `dn: CN=${name},${people}\nchangetype: add\nobjectClass: user\nsAMAccountName: ${name}\nuserAccountControl: 544\n\n`;
const titled = (name: string, title: string): string =>
  `dn: CN=${name},${people}\nchangetype: modify\nreplace: title\ntitle: ${title}\n\n`;

describe('Two domain controllers (Samba)', () => {
  let pair: SambaPair;
  let skew = 0;
  const switches: string[] = [];

  before(async () => {
    pair = await startSambaPair();
    await pair.first.change(
      `dn: ${people}\nchangetype: add\nobjectClass: organizationalUnit\n\n${user('Anna')}${user('Bert')}`,
    );
    await pair.replicate('first');
  });
  after(() => pair.dispose());

  const options = (...servers: PairedServer[]): LdapSourceOptions =>
    ldapOptions(servers[0]?.url ?? '', pairAdministrator, {
      urls: servers.map(({ url }) => url),
      users: { bases: [people] },
      groups: { bases: [people] },
      clock: { monotonic: () => performance.now() + skew },
      onFailover: (from, to) =>
        void switches.push([from, to].map((url) => (url === pair.first.url ? 'first' : 'second')).join(' → ')),
    });
  const idOf = async (server: PairedServer, name: string): Promise<string> =>
    guidIn(await server.search('-b', people, `(name=${name})`, 'objectGUID'));
  const reasonOf = (feed: Feed): string => (feed.kind === 'lost' ? feed.reason : feed.kind);

  for (const strategy of [usn, dirsync]) {
    it(`${strategy.name}: what one of them counted is not used with the other`, async () => {
      let server = pair.first;
      const feed = feedOf(strategy, () => options(server));
      await feed.begin();
      await pair.second.change(titled('Anna', `by ${strategy.name}`));
      server = pair.second;
      assert.match(reasonOf(await feed.poll()), /another domain controller/);
      server = pair.first;
      assert.equal((await feed.poll()).kind, 'unchanged', 'it has not arrived there yet');
      await pair.replicate('second');
      assert.deepEqual((await feed.changes()).changed, [await idOf(pair.first, 'Anna')], 'it is told once it arrives');
    });
  }

  it('is read from the other when one is down, stays there, and comes back after the hold time without losing anything', async () => {
    const source = createLdapSource(options(pair.first, pair.second));
    const directoryCache = new DirectoryCache();
    const check = async (server: PairedServer): Promise<void> => {
      await bringUp(source, directoryCache);
      const fresh = new DirectoryCache();
      await bringUp(createLdapSource(options(server)), fresh);
      assert.deepEqual(shown(directoryCache), shown(fresh));
    };
    await check(pair.first);
    await pair.first.change(titled('Bert', 'first'));
    await check(pair.first);

    // What the first one told last has not arrived at the second one when the first one goes down.
    await pair.first.stop();
    await pair.second.change(user('Cleo'));
    await check(pair.second);
    assert.deepEqual(switches.splice(0), ['first → second']);

    await pair.first.start();
    await pair.second.change(titled('Cleo', 'second'));
    await check(pair.second);
    assert.deepEqual(switches, [], 'it stays where it works');

    skew += 5 * 60_000;
    await pair.replicate('first');
    await pair.replicate('second');
    await pair.first.change(titled('Anna', 'back'));
    await check(pair.first);
    assert.deepEqual(switches.splice(0), ['second → first']);
    assert.deepEqual(
      shown(directoryCache).map(([name, title]) => `${name} ${title}`),
      ['Anna back', 'Bert first', 'Cleo second'],
    );
  });

  for (const strategy of [usn, dirsync]) {
    it(`${strategy.name}: is lost when the server was set back to a snapshot`, async () => {
      await pair.second.stop();
      const setBack = await pair.second.snapshot();
      await pair.second.start();
      await pair.second.change(`${titled('Anna', `${strategy.name} 1`)}${titled('Anna', `${strategy.name} 2`)}`);
      const feed = feedOf(strategy, () => options(pair.second));
      await feed.begin();
      await pair.second.stop();
      await setBack();
      await pair.second.start();
      assert.match(reasonOf(await feed.poll()), /USN fell/);
      await pair.second.change(titled('Anna', `${strategy.name} 3`));
      assert.match(reasonOf(await feed.poll()), /USN fell/);
    });
  }

  it('usn: is lost or names who was taken back when the server was set back and has counted past what was known', async () => {
    for (const redone of ['Bert', 'Anna']) {
      await pair.second.stop();
      const setBack = await pair.second.snapshot();
      await pair.second.start();
      await pair.second.change(titled('Anna', `taken back, then ${redone}`));
      const feed = feedOf(usn, () => options(pair.second));
      await feed.begin();
      await pair.second.stop();
      await setBack();
      await pair.second.start();
      await pair.second.change([1, 2, 3, 4].map((count) => titled(redone, `${redone} ${count}`)).join(''));
      const told = await feed.poll();
      const changed = told.kind === 'changes' ? [...told.changed] : [];
      assert.ok(
        told.kind === 'lost' || changed.includes(await idOf(pair.second, 'Anna')),
        `${redone}: ${JSON.stringify(changed)}`,
      );
      assert.doesNotMatch(reasonOf(told), /USN fell/, 'it has counted past');
    }
  });
});

/** What a daemon does with a source: reads what changed, and takes it in. */
async function bringUp(source: DirectorySource, directoryCache: DirectoryCache): Promise<ReadOutcome> {
  const entries: Entry[] = [];
  const { watermark, known } = directoryCache;
  const verdict = await source.read({
    attributes: { user: new Set(['cn', 'title']), group: new Set(['cn']) },
    since: watermark === undefined ? undefined : { watermark, known },
    visit: (entry) => void entries.push(entry),
    signal: new AbortController().signal,
  });
  directoryCache.update({ ...verdict, directory: source.name, entries });
  return verdict;
}

function shown(directoryCache: DirectoryCache): string[][] {
  return [...directoryCache.known]
    .map((entry) => [first(entry, 'cn') ?? '', first(entry, 'title') ?? '', entry.dn, entry.id])
    .sort();
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { toBridgeError, type BridgeError } from '../../src/core/model/errors.ts';
import type { WatchEnd } from '../../src/ports/directory-source.ts';
import { startDs389 } from '../support/ds389.ts';
import { startSamba, sambaSuffix } from '../support/samba.ts';
import { startSlapd, type SlapdOptions } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { unicodePassword } from './ad-feed.ts';
import { ldapOptions, trusting } from './ldap-fixture.ts';
import { groups, people, scopes } from './openldap-tree.ts';

const ou = (dn: string): string => `dn: ${dn}\nobjectClass: organizationalUnit\n\n`;
const ldif = `${ou(people)}${ou(groups)}dn: cn=Anna,${people}\nobjectClass: inetOrgPerson\nsn: Anna\n\n`;
const addTo = (base: string, name: string): string =>
  `dn: ou=${name},${base}\nchangetype: add\nobjectClass: organizationalUnit\n`;
const removal = (base: string, name: string): string => `dn: ou=${name},${base}\nchangetype: delete\n`;
const synchronizing: SlapdOptions = { ldif, global: ['moduleload syncprov'], database: ['overlay syncprov'] };

/** A source that is being watched, until the test is over. */
function watched(options: LdapSourceOptions) {
  const over = new AbortController();
  let calls = 0;
  let outcome: WatchEnd | BridgeError | undefined;
  const watching =
    createLdapSource(options).watch?.(() => (calls += 1), over.signal) ?? assert.fail('cannot be watched');
  const ended = watching.then(
    (end) => (outcome = end),
    (error: unknown) => (outcome = toBridgeError(error)),
  );
  return {
    async begun(): Promise<void> {
      await until('watching has begun', () => calls > 0 || outcome !== undefined);
      assert.equal(outcome && textOf(outcome), undefined);
    },
    ended,
    /** Changes something, and waits until that is told: nothing is polled here. */
    async change(change: () => Promise<void>): Promise<void> {
      const before = await this.settled();
      await change();
      await until('the change is told', () => calls > before);
    },
    /** How often something was told, when nothing came for a while. */
    async settled(): Promise<number> {
      await quiet(() => calls);
      return calls;
    },
    async stop(): Promise<WatchEnd | BridgeError> {
      over.abort();
      return ended;
    },
  };
}

const textOf = (end: WatchEnd | BridgeError): string => ('code' in end ? end.line : JSON.stringify(end));

async function quiet(count: () => number): Promise<void> {
  let [last, since] = [count(), performance.now()];
  await until('nothing comes any more', () => {
    if (count() !== last) [last, since] = [count(), performance.now()];
    return performance.now() - since > 200;
  });
}

describe('Watching OpenLDAP', () => {
  it('tells without a poll that something came, changed or went, below each base', async () => {
    const server = await startSlapd(synchronizing);
    const watch = watched(ldapOptions(server.url, server.reader, scopes));
    try {
      await watch.begun();
      for (const base of [people, groups]) {
        for (const record of [addTo(base, 'New'), removal(base, 'New')]) {
          await watch.change(() => server.change(record));
        }
      }
      assert.deepEqual(await watch.stop(), { kind: 'aborted' });
    } finally {
      await watch.stop();
      await server.dispose();
    }
  });

  it('sends nothing of what is there already', async () => {
    const server = await startSlapd(synchronizing);
    const watch = watched(ldapOptions(server.url, server.reader, scopes));
    try {
      await watch.begun();
      // One message for the end of the refresh of each base, and two for the question after them.
      assert.ok((await watch.settled()) <= 4);
    } finally {
      await watch.stop();
      await server.dispose();
    }
  });

  it('ends with an error when the server ends', async () => {
    const server = await startSlapd(synchronizing);
    const watch = watched(ldapOptions(server.url, server.reader, scopes));
    try {
      await watch.begun();
      await server.kill();
      assert.match(textOf(await watch.ended), /127\.0\.0\.1/);
    } finally {
      await watch.stop();
      await server.dispose();
    }
  });

  it('is not possible without the module, and refused without the overlay', async () => {
    for (const [options, expected] of [
      [{ ldif }, 'unavailable'],
      [{ ldif, global: ['moduleload syncprov'] }, undefined],
    ] as const) {
      const server = await startSlapd(options);
      const watch = watched(ldapOptions(server.url, server.reader, scopes));
      try {
        const end = await watch.ended;
        assert.equal('kind' in end ? end.kind : undefined, expected);
        assert.match(textOf(end), /content synchronization/);
      } finally {
        await server.dispose();
      }
    }
  });

  it('is left alone where each change would lead to a reading of everything', () => {
    for (const changes of ['full', 'timestamp'] as const) {
      assert.ok(!('watch' in createLdapSource(ldapOptions('ldap://127.0.0.1', { dn: '', password: '' }, { changes }))));
    }
  });
});

describe('Watching 389 Directory Server', () => {
  it('tells without a poll that something came or went', async () => {
    const server = await startDs389({ ldif });
    const watch = watched(ldapOptions(server.url, server.reader, scopes));
    try {
      await watch.begun();
      for (const record of [addTo(people, 'New'), removal(people, 'New'), addTo(groups, 'New')]) {
        await watch.change(() => server.change(record));
      }
      assert.deepEqual(await watch.stop(), { kind: 'aborted' });
    } finally {
      await watch.stop();
      await server.dispose();
    }
  });
});

describe('Watching Active Directory (Samba)', () => {
  const reader = { dn: `CN=reader,CN=Users,${sambaSuffix}`, password: 'Passw0rd.Reader' };
  const account = `dn: ${reader.dn}\nchangetype: add\nobjectClass: user\nsAMAccountName: reader\nuserAccountControl: 512\nunicodePwd:: ${unicodePassword(reader.password)}\n`;

  // Whoever is deleted is shown to administrators only, here as on Windows: the others wait for the poll.
  for (const [way, who, told] of [
    ['in clear', 'an ordinary account', 'came'],
    ['over TLS', 'an administrator', 'came or went'],
  ] as const) {
    it(`tells ${who} without a poll that something ${told}, ${way}, and nothing of its own logons`, async () => {
      const server = await startSamba();
      await server.change(account);
      const url = way === 'in clear' ? server.url : server.secureUrl;
      const tls = { ...trusting(server.certificates.ca), serverName: 'dc1.lab.example.org' };
      const bind = told === 'came' ? reader : server.administrator;
      const options = ldapOptions(url, bind, { users: { bases: [`CN=Users,${sambaSuffix}`] }, tls });
      const watch = watched(options);
      try {
        await watch.begun();
        const records = [addTo(sambaSuffix, 'New'), ...(told === 'came' ? [] : [removal(sambaSuffix, 'New')])];
        for (const record of records) {
          await watch.change(() => server.change(record));
        }
        // Or each poll would bring the next one.
        const before = await watch.settled();
        await createLdapSource(options).inspect(new AbortController().signal);
        assert.equal(await watch.settled(), before);
        assert.deepEqual(await watch.stop(), { kind: 'aborted' });
      } finally {
        await watch.stop();
        await server.dispose();
      }
    });
  }
});

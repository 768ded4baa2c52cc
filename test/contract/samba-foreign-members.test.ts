import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { neededAttributes } from '../../src/core/mapping/definition.ts';
import { projectTarget } from '../../src/core/mapping/project.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { definition, entry, now } from '../support/entries.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { ldapOptions } from './ldap-fixture.ts';

const people = `OU=People,${sambaSuffix}`;
const sid = 'S-1-5-21-1004336348-1177238915-682003330-1104';
const principal = `CN=${sid},CN=ForeignSecurityPrincipals,${sambaSuffix}`;
/** The same in bytes. */
const sidBytes = Uint8Array.from(Buffer.from('010500000000000515000000dcf4dc3b833d2b46828ba62850040000', 'hex'));
const copy = `CN=Anna\\0ACNF:0dbd5c2c-9d8b-4c62-8f5b-1f0c3b9a2d11,${people}`;

describe('a group of Active Directory (Samba) with a member of another forest', () => {
  let server: Samba;
  before(async () => {
    server = await startSamba();
    await server.change(
      [
        `dn: ${people}\nchangetype: add\nobjectClass: organizationalUnit\n`,
        `dn: CN=Anna,${people}\nchangetype: add\nobjectClass: user\nsAMAccountName: anna\nmail: anna@example.org\n`,
        `dn: ${copy}\nchangetype: add\nobjectClass: user\nsAMAccountName: $DUPLICATE-451\nmail: anna@example.org\n`,
        `dn: CN=team,${people}\nchangetype: add\nobjectClass: group\nsAMAccountName: team\nmember: CN=Anna,${people}\nmember: <SID=${sid}>\n`,
      ].join('\n'),
    );
  });
  after(() => server.dispose());

  const target = definition({
    directories: ['corp', 'lab'],
    sees: { corp: ['lab'] },
    users: { userName: 'mail' },
    groups: { displayName: 'sAMAccountName' },
  });
  const read = async (): Promise<Entry[]> => {
    const entries: Entry[] = [];
    const source = createLdapSource(
      ldapOptions(server.url, server.administrator, { users: { bases: [people] }, groups: { bases: [people] } }),
    );
    await source.read({
      attributes: neededAttributes(target, 'corp'),
      visit: (one) => void entries.push(one),
      signal: new AbortController().signal,
    });
    return entries;
  };

  it('has that member, when the other domain is read as well, and says so when it is not', async () => {
    const entries = await read();
    const teamOf = (all: readonly Entry[]) =>
      projectTarget(all, target, now).resources.find(({ label }) => label === 'team');
    const kim = entry('kim', { mail: 'kim@lab', objectSid: sidBytes }, { directory: 'lab' });
    assert.ok(teamOf([...entries, kim])?.members.includes('kim'));
    assert.equal(teamOf([...entries, kim])?.unresolved, undefined);
    assert.deepEqual(teamOf(entries)?.unresolved, [principal]);
  });

  it('keeps the real person in step beside the copy of a replication conflict', async () => {
    const { resources, rejected } = projectTarget(await read(), target, now);
    assert.deepEqual(
      resources.map(({ label }) => label),
      ['anna@example.org', 'team'],
    );
    assert.deepEqual(
      rejected.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
      ['replication_conflict'],
    );
  });
});

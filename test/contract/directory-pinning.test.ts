import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import type { DirectoryIdentity } from '../../src/core/model/directory-identity.ts';
import type { DirectorySource, ReadOutcome } from '../../src/ports/directory-source.ts';
import { startDs389, type Ds389 } from '../support/ds389.ts';
import { sambaSuffix, startSamba, type Samba } from '../support/samba.ts';
import { startSlapd } from '../support/slapd.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { scopes, treeLdif } from './openldap-tree.ts';

const signal = new AbortController().signal;

/** Reads a directory that was something before; nobody may be visited when it is refused. */
async function read(source: DirectorySource, expected?: DirectoryIdentity): Promise<ReadOutcome> {
  let visits = 0;
  try {
    return await source.read({
      attributes: { user: new Set(['cn']), group: new Set(['cn']) },
      expected,
      visit: () => void (visits += 1),
      signal,
    });
  } catch (error) {
    assert.equal(visits, 0);
    throw error;
  }
}

function identityIn(verdict: ReadOutcome): DirectoryIdentity {
  return verdict.kind === 'complete' ? verdict.identity : assert.fail('a complete reading says what it read');
}

const refused = { code: 'D2S_DIRECTORY_CHANGED', remedy: /kind.*idAttribute.*state repin corp/ };

describe('389 Directory Server whose rootDSE is hidden', () => {
  let server: Ds389;
  const source = (rest: Partial<LdapSourceOptions> = {}) =>
    createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, ...rest }));
  before(async () => void (server = await startDs389({ ldif: treeLdif })));
  after(() => server.dispose());

  it('is refused where it was pinned before, and read when the configuration says what it is', async () => {
    const pinned = identityIn(await read(source()));
    assert.deepEqual([pinned.kind, pinned.idAttribute, pinned.contexts?.length], ['389ds', 'nsUniqueId', 1]);
    // Its default rule lets everybody read the rootDSE.
    await server.change('dn:\nchangetype: modify\ndelete: aci\n');
    assert.equal((await source().inspect(signal)).kind, 'generic');
    await assert.rejects(read(source(), pinned), refused);
    const told = identityIn(await read(source({ kind: '389ds' }), pinned));
    assert.deepEqual(told, { kind: '389ds', idAttribute: 'nsUniqueId' });
  });

  it('may be read by an id attribute of the configuration, and tells changes by comparison', async () => {
    const named = source({ idAttribute: 'nsUniqueId' });
    const { idAttribute } = await named.inspect(signal);
    assert.equal(idAttribute, 'nsUniqueId');
    assert.match(
      String((await named.inspect(signal)).details.find((line) => line.startsWith('changes'))),
      /timestamp \(syncrepl does not work here: it names entries by another id/,
    );
  });
});

describe('OpenLDAP whose rootDSE is hidden', () => {
  it('is read as before: its entries are known by the same attribute', async () => {
    const hidden = await startSlapd({ ldif: treeLdif, global: ['access to dn.base="" by * none'] });
    try {
      const pinned = { kind: 'openldap', idAttribute: 'entryUUID', contexts: ['dc=example,dc=org'] } as const;
      const found = identityIn(await read(createLdapSource(ldapOptions(hidden.url, hidden.reader, scopes)), pinned));
      assert.deepEqual(found, { kind: 'generic', idAttribute: 'entryUUID' });
      const elsewhere = { kind: '389ds', idAttribute: 'nsUniqueId' } as const;
      await assert.rejects(read(createLdapSource(ldapOptions(hidden.url, hidden.reader, scopes)), elsewhere), refused);
    } finally {
      await hidden.dispose();
    }
  });

  it('is refused when its bases lie in another tree than those who were linked', async () => {
    const server = await startSlapd({ ldif: treeLdif });
    try {
      const source = createLdapSource(ldapOptions(server.url, server.reader, scopes));
      const pinned = identityIn(await read(source));
      assert.equal(pinned.contexts?.length, 1);
      await assert.rejects(read(source, { ...pinned, contexts: ['dc=other'] }), refused);
    } finally {
      await server.dispose();
    }
  });
});

describe('Active Directory', () => {
  let server: Samba;
  before(async () => void (server = await startSamba()));
  after(() => server.dispose());

  it('is known by the objectGUID of its domain, whatever that is called', async () => {
    const source = createLdapSource(
      ldapOptions(server.url, server.administrator, {
        users: { bases: [sambaSuffix] },
        groups: { bases: [sambaSuffix] },
      }),
    );
    const pinned = identityIn(await read(source));
    assert.deepEqual([pinned.kind, pinned.contextIds?.length], ['active-directory', 1]);
    assert.match(pinned.contextIds?.[0] ?? '', /^[0-9a-f]{8}-/);
    await read(source, { ...pinned, contexts: ['DC=renamed'] });
    await assert.rejects(read(source, { ...pinned, contextIds: ['00000000-0000-4000-8000-000000000000'] }), refused);
  });
});

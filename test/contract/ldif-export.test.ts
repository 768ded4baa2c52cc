import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createLdifSource } from '../../src/adapters/ldif/source.ts';
import { dnKey } from '../../src/core/directory/dn.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { startSlapd, type Slapd } from '../support/slapd.ts';
import { readAll } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { scopes, treeLdif } from './openldap-tree.ts';

/** What the rest of dir2scim sees of entries, in one order and one spelling of DNs. */
const comparable = (entries: readonly Entry[]) =>
  entries
    .map(({ id, type, dn, attributes }) => ({
      id,
      type,
      dn: dnKey(dn),
      attributes: [...attributes]
        .filter(([name]) => name !== 'entryuuid')
        .map(([name, values]) => [name, name === 'member' ? values.map((value) => dnKey(String(value))) : values])
        .sort(),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

describe('An export of OpenLDAP', () => {
  let server: Slapd;
  let folder: string;
  before(async () => {
    server = await startSlapd({ ldif: treeLdif });
    folder = await mkdtemp(join(tmpdir(), 'dir2scim-ldif-'));
  });
  after(async () => {
    await server.dispose();
    await rm(folder, { recursive: true });
  });

  const attributes = {
    user: ['cn', 'sn', 'mail', 'displayname', 'telephonenumber', 'jpegphoto'],
    group: ['cn', 'description', 'member'],
  };
  const readExport = async (...options: string[]) => {
    const path = join(folder, 'export.ldif');
    await writeFile(path, await server.search('-b', server.suffix, ...options, '(objectClass=*)', '*', '+'));
    const source = createLdifSource({ name: 'corp', path, settleMilliseconds: 10 });
    const facts = await source.inspect(new AbortController().signal);
    assert.deepEqual([facts.idAttribute, facts.preset], ['entryUUID', 'openldap']);
    return (await readAll(source, attributes)).entries;
  };

  for (const [what, options] of [
    ['in long lines', []],
    ['in folded lines', ['-o', 'ldif-wrap=40']],
  ] as const) {
    it(`${what} gives the same entries as the server`, async () => {
      const { entries } = await readAll(createLdapSource(ldapOptions(server.url, server.reader, scopes)), attributes);
      assert.deepEqual(comparable(await readExport(...options)), comparable(entries));
    });
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LdapOperation } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createCutter } from '../support/cutter.ts';
import { startSlapd, type Slapd } from '../support/slapd.ts';
import { readAll } from './directory-source.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { fails, manyLdif, scopes } from './openldap-tree.ts';

describe('OpenLDAP with many entries', () => {
  let server: Slapd;
  before(async () => {
    server = await startSlapd({ ldif: manyLdif });
  });
  after(() => server.dispose());

  it('reads all pages', async () => {
    const operations: LdapOperation[] = [];
    const onRequest = (operation: LdapOperation): void => void operations.push(operation);
    const { entries } = await readAll(
      createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, onRequest })),
    );
    assert.equal(entries.length, 1200);
    assert.equal(new Set(entries.map((entry) => entry.id)).size, 1200);
    assert.equal(
      operations.filter((operation) => operation === 'search').length,
      6,
      'contextCSN, the schema, three pages of users and one of groups',
    );
  });

  it('reads everything as one answer from a server without paged results', async () => {
    // A server that hides its rootDSE announces no paging.
    const hidden = await startSlapd({ ldif: manyLdif, global: ['access to dn.base="" by * none'] });
    try {
      const operations: LdapOperation[] = [];
      const onRequest = (operation: LdapOperation): void => void operations.push(operation);
      const source = createLdapSource(ldapOptions(hidden.url, hidden.reader, { ...scopes, onRequest }));
      assert.equal((await source.inspect(new AbortController().signal)).kind, 'generic');
      operations.length = 0;
      assert.equal((await readAll(source)).entries.length, 1200);
      assert.equal(operations.filter((operation) => operation === 'search').length, 2);
    } finally {
      await hidden.dispose();
    }
  });

  it('fails on a size limit, paged or not, and gives no shorter list', async () => {
    for (const limit of ['size.hard=700 size.soft=700 size.prtotal=700', 'size.prtotal=disabled']) {
      const limited = await startSlapd({ ldif: manyLdif, database: [`limits users ${limit}`] });
      try {
        const reading = readAll(createLdapSource(ldapOptions(limited.url, limited.reader, scopes)));
        await assert.rejects(reading, fails('D2S_DIRECTORY_READ_INCOMPLETE', /LimitExceeded|unwillingToPerform/));
      } finally {
        await limited.dispose();
      }
    }
  });

  it('fails when the connection is cut, wherever that happens', async () => {
    const first = await createCutter(server.port);
    const attributes = { user: new Set(['cn', 'sn']), group: new Set(['cn']) };
    const read = (url: string): Promise<unknown> =>
      createLdapSource(ldapOptions(url, server.reader, scopes)).read({
        attributes,
        visit: () => undefined,
        signal: new AbortController().signal,
      });
    await createLdapSource(ldapOptions(first.url, server.reader, scopes)).lookUp?.([], new AbortController().signal);
    // Up to here, another server can do as well.
    const opened = first.forwarded();
    await first.close();
    const whole = await createCutter(server.port);
    await read(whole.url);
    await whole.close();
    // The last bytes are the result of the last search: without even one of them the reading is not complete.
    const cuts = [
      1,
      13,
      20,
      60,
      opened - 1,
      opened,
      5_000,
      70_000,
      200_000,
      whole.forwarded() - 30,
      whole.forwarded() - 1,
    ];
    for (const bytes of cuts) {
      const cutter = await createCutter(server.port, bytes);
      try {
        const code = bytes < opened ? 'D2S_DIRECTORY_UNREACHABLE' : 'D2S_DIRECTORY_READ_INCOMPLETE';
        await assert.rejects(read(cutter.url), fails(code, /closed|broke/), `cut after ${bytes} bytes`);
      } finally {
        await cutter.close();
      }
    }
  });

  it('fails when the server falls silent, before and during a reading', async () => {
    for (const [bytes, code] of [
      [0, 'D2S_DIRECTORY_UNREACHABLE'],
      [70_000, 'D2S_DIRECTORY_READ_INCOMPLETE'],
    ] as const) {
      const mute = await createCutter(server.port, bytes, 'silence');
      try {
        const timeouts = { connectMilliseconds: 5_000, idleMilliseconds: 200 };
        const reading = readAll(createLdapSource(ldapOptions(mute.url, server.reader, { ...scopes, timeouts })));
        await assert.rejects(reading, fails(code, /silent for 0\.2 s/));
      } finally {
        await mute.close();
      }
    }
  });

  it('gives up a connection that takes too long, and can be interrupted meanwhile', async () => {
    const mute = await createCutter(server.port, 0, 'silence');
    try {
      const options = ldapOptions(mute.url.replace('ldap:', 'ldaps:'), server.reader, {
        ...scopes,
        timeouts: { connectMilliseconds: 200, idleMilliseconds: 10_000 },
      });
      await assert.rejects(readAll(createLdapSource(options)), fails('D2S_DIRECTORY_UNREACHABLE', /within 0\.2 s/));
      const patient = { ...options, timeouts: { connectMilliseconds: 60_000, idleMilliseconds: 60_000 } };
      for (const urls of [patient.urls, [mute.url]]) {
        const inspection = createLdapSource({ ...patient, urls }).inspect(AbortSignal.timeout(100));
        await assert.rejects(inspection, fails('D2S_INTERRUPTED', /interrupted/));
      }
    } finally {
      await mute.close();
    }
  });
});

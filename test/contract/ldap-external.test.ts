import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LdapSourceOptions } from '../../src/adapters/ldap/shared/options.ts';
import { createLdapSource } from '../../src/adapters/ldap/source.ts';
import { createApp } from '../../src/app.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { createCurrentTls } from '../../src/adapters/scim/auth/tls.ts';
import { ds389Suffix, startDs389, type Ds389 } from '../support/ds389.ts';
import { startSamba } from '../support/samba.ts';
import { slapdSuffix, startSlapd, type Slapd } from '../support/slapd.ts';
import { createCertificates, createClientCertificate, type ClientCertificate } from '../support/tls.ts';
import { readAll } from './directory-source.ts';
import { tree } from './directory-tree.ts';
import { ldapOptions } from './ldap-fixture.ts';
import { scopes, treeLdif } from './openldap-tree.ts';

describe('OpenLDAP with SASL EXTERNAL', () => {
  let server: Slapd;
  let known: ClientCertificate;
  let stranger: ClientCertificate;
  let shown: ClientCertificate | undefined;
  const source = (rest: Partial<LdapSourceOptions> = {}) => {
    const ca = (): Promise<string> => Promise.resolve(server.certificates?.ca ?? '');
    const context = async () => {
      const identity =
        shown === undefined
          ? undefined
          : {
              certificate: () => readFile(shown?.certificateFile ?? '', 'utf8'),
              key: () => readFile(shown?.keyFile ?? '', 'utf8'),
            };
      return createCurrentTls({ ca, identity }, Date.now)();
    };
    const bind = { external: true } as const;
    return createLdapSource(ldapOptions(server.url, server.reader, { ...scopes, bind, tls: { context }, ...rest }));
  };

  before(async () => {
    server = await startSlapd({
      ldif: treeLdif,
      tls: true,
      // slapd.conf(5): whoever shows a certificate of our authority is known by its subject.
      global: ['TLSVerifyClient try', `authz-regexp "^cn=svc-d2s$" "cn=reader,${slapdSuffix}"`],
      access: [
        'access to attrs=userPassword by anonymous auth',
        `access to * by dn.exact="cn=reader,${slapdSuffix}" read`,
      ],
    });
    const folder = dirname(server.certificates?.caFile ?? '');
    known = await createClientCertificate(folder, 'svc-d2s');
    stranger = await createClientCertificate(folder, 'somebody');
  });
  after(() => server.dispose());

  it('reads as the account that the certificate is mapped to, over ldaps:// and with StartTLS', async () => {
    shown = known;
    assert.equal((await readAll(source({ urls: [server.secureUrl] }))).entries.length, tree.length);
    assert.equal((await readAll(source({ startTls: true }))).entries.length, tree.length);
  });

  it('shows the certificate that is there when a connection is opened', async () => {
    shown = stranger;
    const one = source({ urls: [server.secureUrl] });
    // OpenLDAP lets everybody of the authority in; who is mapped to nobody may see nothing.
    await assert.rejects(readAll(one), { code: 'D2S_DIRECTORY_BASE_MISSING' });
    shown = known;
    assert.equal((await readAll(one)).entries.length, tree.length);
  });

  it('is what the configuration says, with the files as they are at each connection', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'dir2scim-external-'));
    t.after(() => rm(folder, { recursive: true }));
    const show = async ({ certificateFile, keyFile }: ClientCertificate) => {
      await copyFile(certificateFile, join(folder, 'own.crt'));
      await copyFile(keyFile, join(folder, 'own.key'));
    };
    await show(known);
    await writeFile(
      join(folder, 'dir2scim.yaml'),
      `directories:
  corp:
    urls: [${server.secureUrl}]
    bind: { external: true }
    tls: { ca: ${server.certificates?.caFile ?? ''}, cert: own.crt, key: own.key }
    users: { bases: ["${slapdSuffix}"] }
targets:
  wiki:
    url: https://wiki.example/scim/v2
    auth: { bearer: { env: WIKI_TOKEN } }
    removal: { leaves: keep }
`,
    );
    const app = await createApp(await loadConfiguration(join(folder, 'dir2scim.yaml')));
    t.after(() => app.close());
    const configured = app.sources.get('corp');
    assert.ok(configured !== undefined);
    assert.ok((await readAll(configured)).entries.length > 0);
    await show(stranger);
    await assert.rejects(readAll(configured), { code: 'D2S_DIRECTORY_BASE_MISSING' });
    await copyFile(known.keyFile, join(folder, 'own.key'));
    await assert.rejects(readAll(configured), { code: 'D2S_CONFIG_INVALID', message: /tls\.key does not belong/ });
  });

  it('is said to perhaps refuse the certificate where the connection ends after it was shown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dir2scim-elsewhere-'));
    try {
      await createCertificates(folder, { dns: ['localhost'], ip: [] });
      shown = await createClientCertificate(folder, 'svc-d2s');
      await assert.rejects(readAll(source({ urls: [server.secureUrl] })), {
        code: 'D2S_DIRECTORY_UNREACHABLE',
        remedy: /trusts the authority of tls\.cert/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is refused in so many words without a certificate', async () => {
    shown = undefined;
    await assert.rejects(readAll(source({ urls: [server.secureUrl] })), {
      code: 'D2S_DIRECTORY_AUTH',
      message: /refused the bind by certificate \(SASL EXTERNAL\)/,
    });
  });
});

describe('389 Directory Server with SASL EXTERNAL', () => {
  let server: Ds389;
  const source = (shown?: ClientCertificate) => {
    const ca = (): Promise<string> => Promise.resolve(server.certificates?.ca ?? '');
    const identity =
      shown === undefined
        ? undefined
        : { certificate: () => readFile(shown.certificateFile, 'utf8'), key: () => readFile(shown.keyFile, 'utf8') };
    const bind = { external: true } as const;
    const tls = { context: createCurrentTls({ ca, identity }, Date.now) };
    const users = { bases: [server.suffix] };
    return createLdapSource(ldapOptions('', server.reader, { urls: [server.secureUrl], users, bind, tls }));
  };
  const certificate = (name: string) => createClientCertificate(dirname(server.certificates?.caFile ?? ''), name);

  before(async () => {
    const person = 'objectClass: inetOrgPerson\nuid: zeb\ncn: Zeb\nsn: Z\n';
    server = await startDs389({ tls: true, ldif: `dn: uid=zeb,${ds389Suffix}\n${person}` });
  });
  after(() => server.dispose());

  it('reads as the account that certmap.conf finds for the certificate', async () => {
    const { entries } = await readAll(source(await certificate('reader')));
    assert.equal(entries.length, 1);
  });

  it('is refused in so many words for a certificate of nobody, and without one', async () => {
    const refused = { code: 'D2S_DIRECTORY_AUTH', message: /refused the bind by certificate \(SASL EXTERNAL\)/ };
    await assert.rejects(readAll(source(await certificate('nobody'))), refused);
    await assert.rejects(readAll(source()), refused);
  });
});

describe('a Samba domain controller and SASL EXTERNAL', () => {
  it('is said to know no such bind, with what to use in place of it', async () => {
    const samba = await startSamba();
    try {
      const folder = dirname(samba.certificates.caFile);
      const own = await createClientCertificate(folder, 'svc-d2s');
      const ca = (): Promise<string> => Promise.resolve(samba.certificates.ca);
      const identity = {
        certificate: () => readFile(own.certificateFile, 'utf8'),
        key: () => readFile(own.keyFile, 'utf8'),
      };
      const one = createLdapSource(
        ldapOptions('', samba.administrator, {
          urls: [samba.secureUrl],
          users: { bases: [samba.suffix] },
          bind: { external: true },
          tls: { context: createCurrentTls({ ca, identity }, Date.now) },
        }),
      );
      await assert.rejects(readAll(one), {
        code: 'D2S_DIRECTORY_AUTH',
        message: /\(SASL EXTERNAL\), which it does not offer here, but GSS-SPNEGO, GSSAPI, NTLM: /,
        remedy: /bind\.password/,
      });
    } finally {
      await samba.dispose();
    }
  });
});

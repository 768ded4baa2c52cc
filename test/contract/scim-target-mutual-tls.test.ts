import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { readTls, type TlsOptions } from '../../src/adapters/scim/auth/tls.ts';
import { isFailure, type ScimTarget } from '../../src/ports/scim-target.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import { freePort, startProcess, waitForPort } from '../support/process.ts';
import { createCertificates, createClientCertificate } from '../support/tls.ts';
import { failureClass, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';
import { alice, classOf, drive, find } from './scim-target-stage.ts';

interface Stage {
  readonly folder: string;
  readonly url: string;
  /** Files that the target reads: ca.pem, client.pem, client.key. */
  readonly tls: TlsOptions;
  /** Who came, by the name in the certificate. */
  readonly visitors: string[];
  readonly open: (tls?: Partial<TlsOptions>, clock?: FakeClock, url?: string) => ScimTarget;
}

/** An https server that wants to see a certificate of the CA in the folder, and ends each connection after its answer. */
async function begin(context: TestContext, names: readonly string[] = ['127.0.0.1']): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-mtls-'));
  const isAddress = (name: string): boolean => /^[\d.]+$/.test(name);
  const made = await createCertificates(folder, {
    dns: names.filter((name) => !isAddress(name)),
    ip: names.filter(isAddress),
  });
  const visitors: string[] = [];
  const server = createServer(
    {
      key: await readFile(made.keyFile),
      cert: await readFile(made.certificateFile),
      ca: made.ca,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      assert.ok(request.socket instanceof TLSSocket);
      visitors.push(String(request.socket.getPeerCertificate().subject.CN));
      const list = { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: 0, Resources: [] };
      response
        .writeHead(200, { 'content-type': 'application/scim+json', connection: 'close' })
        .end(JSON.stringify(list));
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listening = server.address();
  assert.ok(listening !== null && typeof listening !== 'string');
  const read = (name: string) => () => readFile(join(folder, name), 'utf8');
  await copyFile(made.caFile, join(folder, 'ca.pem'));
  await show(folder, 'client-one');
  const tls = { ca: read('ca.pem'), identity: { certificate: read('client.pem'), key: read('client.key') } };
  const url = `https://127.0.0.1:${listening.port}/scim`;
  const targets: ScimTarget[] = [];
  context.after(async () => {
    await Promise.all(targets.map((target) => target.close()));
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });
  return {
    folder,
    url,
    tls,
    visitors,
    open(rest = {}, clock = today(), address = url) {
      const target = createScimTarget(targetOptions(address, 'token', { clock, tls: { ...tls, ...rest } }));
      targets.push(target);
      return target;
    },
  };
}

/** Makes a certificate, and puts it where the target looks. */
async function show(folder: string, name: string): Promise<void> {
  const { certificateFile, keyFile } = await createClientCertificate(folder, name);
  await copyFile(certificateFile, join(folder, 'client.pem'));
  await copyFile(keyFile, join(folder, 'client.key'));
}

const today = (days = 0): FakeClock => fakeClock({ startAt: Date.now() + days * 86_400_000 });

/** A folder with a CA that nobody knows. */
async function otherAuthority(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-ca-'));
  context.after(() => rm(folder, { recursive: true }));
  await createCertificates(folder, { dns: [], ip: ['127.0.0.1'] });
  return folder;
}

/** OpenSSL's own server says with an alert what it does not like; Node's only hangs up. */
async function startStrictServer(context: TestContext, folder: string, version: string): Promise<string> {
  const port = await freePort();
  const files = [
    '-cert',
    join(folder, 'server.crt'),
    '-key',
    join(folder, 'server.key'),
    '-CAfile',
    join(folder, 'ca.crt'),
  ];
  const server = await startProcess('openssl', [
    's_server',
    '-accept',
    `127.0.0.1:${port}`,
    ...files,
    version,
    '-Verify',
    '1',
    '-verify_return_error',
    '-quiet',
    '-www',
  ]);
  context.after(() => server.stop());
  await waitForPort('127.0.0.1', port, server);
  return `https://127.0.0.1:${port}/scim`;
}

async function detailOf(target: ScimTarget, clock: FakeClock): Promise<string> {
  const result = await drive(clock, find(target));
  assert.ok(isFailure(result) && result.class === 'transient');
  return result.detail;
}

describe('mutual TLS', { timeout: 120_000 }, () => {
  it('shows the certificate, and the next connection the one that took its place', async (context) => {
    const { folder, open, visitors } = await begin(context);
    const clock = today();
    const target = open({}, clock);
    assert.equal(classOf(await drive(clock, find(target))), 'fine');
    await show(folder, 'client-two');
    await clock.advance(1_000); // it holds from the second in which it was made, and this clock stands still
    assert.equal(classOf(await drive(clock, find(target))), 'fine');
    assert.deepEqual(visitors, ['client-one', 'client-two']);
  });

  it('trusts an authority that was put in the file meanwhile', async (context) => {
    const { folder, open, tls } = await begin(context);
    const other = await otherAuthority(context);
    await copyFile(join(other, 'ca.crt'), join(folder, 'ca.pem'));
    const clock = today();
    const target = open({}, clock);
    assert.match(await detailOf(target, clock), /unknown authority.*tls\.ca/);
    await copyFile(join(folder, 'ca.crt'), join(folder, 'ca.pem'));
    assert.equal(classOf(await drive(clock, find(target))), 'fine');
    assert.ok(tls.ca !== undefined);
  });

  for (const [version, words] of [
    [
      '-tls1_3',
      /the server wants a certificate; name it under tls\.cert and tls\.key \(ERR_SSL_.+_ALERT_CERTIFICATE_REQUIRED\)/,
    ],
    ['-tls1_2', /it may want a certificate \(tls\.cert, tls\.key\) \(ERR_SSL_.+_ALERT_HANDSHAKE_FAILURE\)/],
  ] as const) {
    it(`says so when a server with ${version} refuses what it is shown, and a create is then not in doubt`, async (context) => {
      const { folder, open } = await begin(context);
      const url = await startStrictServer(context, folder, version);
      const clock = today();
      const nobody = open({ identity: undefined }, clock, url);
      assert.match(await detailOf(nobody, clock), words);
      assert.equal(failureClass(await drive(clock, nobody.create('user', alice, signal))), 'transient');
      const stranger = await createClientCertificate(await otherAuthority(context), 'stranger');
      await copyFile(stranger.certificateFile, join(folder, 'client.pem'));
      await copyFile(stranger.keyFile, join(folder, 'client.key'));
      assert.match(
        await detailOf(open({}, clock, url), clock),
        /the server does not know who signed the certificate in tls\.cert \(ERR_SSL_/,
      );
    });
  }

  it('does not connect with a certificate and a key that do not belong together', async (context) => {
    const { folder, open, tls, visitors } = await begin(context);
    const { keyFile } = await createClientCertificate(folder, 'other');
    await copyFile(keyFile, join(folder, 'client.key'));
    const clock = today();
    assert.match(await detailOf(open({}, clock), clock), /tls\.key does not belong to the certificate in tls\.cert/);
    await assert.rejects(readTls(tls), { code: 'D2S_CONFIG_INVALID' });
    assert.deepEqual(visitors, []);
  });

  it('does not connect with a certificate that has expired or does not hold yet', async (context) => {
    const { open, visitors } = await begin(context);
    for (const [days, words] of [
      [2, /has expired on 20\d\d-/],
      [-2, /is not valid before 20\d\d-/],
    ] as const) {
      const clock = today(days);
      assert.match(await detailOf(open({}, clock), clock), words);
    }
    assert.deepEqual(visitors, []);
  });

  it('names the file that is something else', async (context) => {
    const { folder, tls } = await begin(context);
    const secret = await readFile(join(folder, 'client.key'), 'utf8');
    for (const [name, content, words] of [
      ['client.pem', 'nothing', /tls\.cert is not a certificate in PEM form/],
      ['client.key', secret.slice(0, 60), /tls\.key is not a private key in PEM form/],
      [
        'client.key',
        '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
        /the key in tls\.key is encrypted/,
      ],
    ] as const) {
      await show(folder, 'client-one');
      await writeFile(join(folder, name), content);
      await assert.rejects(readTls(tls), words);
    }
  });

  it('checks the name that the configuration gives in place of the host', async (context) => {
    const { open } = await begin(context, ['wiki.corp.example']);
    const clock = today();
    assert.equal(classOf(await drive(clock, find(open({ serverName: 'wiki.corp.example' }, clock)))), 'fine');
    assert.match(await detailOf(open({ serverName: 'other.example' }, clock), clock), /another host name/);
  });
});

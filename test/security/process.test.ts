import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { openTcp, openTls, parseAddress } from '../../src/adapters/ldap/connect/connection.ts';
import { createCurrentTls, type TlsOptions } from '../../src/adapters/scim/auth/tls.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';

import { isFailure } from '../../src/ports/scim-target.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { daemonSections, startDaemon } from '../e2e/support/daemon.ts';
import { createSite } from '../e2e/support/site.ts';
import { runProgram } from '../support/program.ts';
import { createCertificates } from '../support/tls.ts';

const signal = new AbortController().signal;

it('SIGUSR1 opens no debugger', async () => {
  await using site = await createSite({
    company: { people: { ada: { name: 'Ada Okafor' } }, groups: {} },
    sections: daemonSections,
  });
  await using daemon = await startDaemon(site);
  daemon.kill('SIGUSR1');
  await daemon.moreCycles(2);
  assert.doesNotMatch(daemon.text(), /debugger/i);
});

it('NODE_TLS_REJECT_UNAUTHORIZED=0 is refused', async () => {
  await using site = await createSite({ company: { people: { ada: { name: 'Ada Okafor' } }, groups: {} } });
  const { code, stderr } = await runProgram(['sync', '--config', site.config], { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  assert.deepEqual(
    [
      code,
      /NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate would be checked/.test(stderr),
      site.target.users().length,
    ],
    [2, true, 0],
    stderr,
  );
});

/** A server whose certificate comes from an authority that this process knows, and another authority. */
async function knownServer(
  context: TestContext,
): Promise<{ readonly port: number; readonly own: string; readonly other: string }> {
  const folders = await Promise.all([
    mkdtemp(join(tmpdir(), 'dir2scim-pin-')),
    mkdtemp(join(tmpdir(), 'dir2scim-pin-')),
  ]);
  const [own, other] = await Promise.all(
    folders.map((folder) => createCertificates(folder, { dns: [], ip: ['127.0.0.1'] })),
  );
  assert.ok(own !== undefined && other !== undefined);
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, own.ca]);
  const server = createServer(
    { key: await readFile(own.keyFile), cert: await readFile(own.certificateFile) },
    (_, response) => {
      response
        .writeHead(200, { 'content-type': 'application/scim+json' })
        .end(JSON.stringify({ totalResults: 0, Resources: [] }));
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => {
    setDefaultCACertificates(usual);
    server.close();
    server.closeAllConnections();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  });
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  return { port: address.port, own: own.ca, other: other.ca };
}

it('a server that is pinned is believed by the certificates in tls.ca alone', async (context) => {
  const { port, own, other } = await knownServer(context);
  const findsNobody = async (tls: TlsOptions) => {
    const target = createScimTarget(targetOptions(`https://127.0.0.1:${port}/scim`, 'token', { tls }));
    const found = await target.find('user', 'userName', 'ada', signal);
    await target.close();
    return isFailure(found) ? found.detail : found.length === 0;
  };
  const ca = (text: string) => () => Promise.resolve(text);
  assert.equal(await findsNobody({ ca: ca(other) }), true);
  assert.match(String(await findsNobody({ ca: ca(other), onlyCa: true })), /certificate/);
  assert.equal(await findsNobody({ ca: ca(own), onlyCa: true }), true);

  const address = parseAddress(`ldaps://127.0.0.1:${port}`);
  const connects = async (tls: TlsOptions) => {
    const context = createCurrentTls(tls, Date.now);
    (await openTls(await openTcp(address, signal), address, { context }, signal)).destroy();
  };
  await connects({ ca: ca(other) });
  await connects({ ca: ca(own), onlyCa: true });
  await assert.rejects(connects({ ca: ca(other), onlyCa: true }), { code: 'D2S_DIRECTORY_TLS' });
});

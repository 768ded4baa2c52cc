import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createAuth } from '../../src/adapters/scim/auth/auth.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { isFailure } from '../../src/ports/scim-target.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import { createCertificates } from '../support/tls.ts';
import { applied, found, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';
import { alice, begin, classOf, drive, find, token } from './scim-target-stage.ts';

describe('the credentials', () => {
  it('are asked for before every request, so that they may change', async (context) => {
    let held = 'old';
    const auth = createAuth('wiki', { bearer: () => Promise.resolve(held) });
    const { server, target } = await begin(context, {}, { auth });
    const refused = await find(target);
    assert.deepEqual(refused, { class: 'auth', status: 401, detail: 'a valid bearer token is needed' });
    held = token;
    assert.equal(classOf(await find(target)), 'fine');
    assert.equal(server.requests.length, 2);
  });

  it('are read once more when they were exchanged between reading and use', async (context) => {
    const tokens = ['old', token];
    const auth = createAuth('wiki', { bearer: () => Promise.resolve(tokens.shift() ?? token) });
    const { server, target, statuses } = await begin(context, {}, { auth });
    applied(await target.create('user', alice, signal));
    assert.deepEqual(statuses, [401, 201]);
    assert.equal(server.users().length, 1);
  });

  it('do not follow a redirect', async (context) => {
    const elsewhere = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const visits: unknown[] = [];
    elsewhere.on('request', (request) => visits.push(request));
    context.after(() => elsewhere.close());
    const address = elsewhere.address();
    assert.ok(address !== null && typeof address !== 'string');
    const origin = `http://127.0.0.1:${address.port}`;
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `${origin}/scim/v2/Users?token=${token}`;
      const { server, target } = await begin(context, {
        before: () => ({ kind: 'answer', status, headers: { location } }),
      });
      const outcome = await target.create('user', alice, signal);
      assert.equal(outcome.kind === 'failed' && outcome.failure.class, 'protocol');
      assert.equal(
        outcome.kind === 'failed' && outcome.failure.detail,
        `HTTP ${status} to ${origin}: redirects are not followed; configure the URL there, if it is the SCIM endpoint`,
      );
      assert.equal(classOf(await find(target)), 'protocol');
      assert.equal(server.requests.length, 2);
    }
    assert.deepEqual(visits, []);
  });

  it('never come back in a failure, whatever the target repeats', async (context) => {
    const basic = Buffer.from('svc:pass-w0rd').toString('base64');
    const cases = [
      [createAuth('wiki', { bearer: () => Promise.resolve(token) }), [token]],
      [
        createAuth('wiki', { basic: { user: 'svc', password: () => Promise.resolve('pass-w0rd') } }),
        ['pass-w0rd', basic],
      ],
      [
        createAuth('wiki', {
          headers: {
            'DD-API-KEY': () => Promise.resolve('key-one-1'),
            'dd-app-key': () => Promise.resolve('key-two-2'),
          },
        }),
        ['key-one-1', 'key-two-2'],
      ],
    ] as const;
    for (const [auth, secrets] of cases) {
      const detail = `\u001b[31mwrong: ${secrets.join(' and ')}\nBearer ${secrets[0]}`;
      const { target } = await begin(
        context,
        { before: () => ({ kind: 'answer', status: 401, body: { detail } }) },
        { auth },
      );
      const result = await find(target);
      assert.ok(isFailure(result));
      assert.match(result.detail, /^wrong: \*\*\*/);
      for (const secret of secrets) assert.ok(!JSON.stringify(result).includes(secret), result.detail);
    }
  });

  it('that HTTP cannot carry, or that are empty, are a mistake of the configuration and not of the target', async (context) => {
    for (const [secret, code] of [
      ['two\nlines', 'D2S_CONFIG_INVALID'],
      ['', 'D2S_SECRET_UNREADABLE'],
    ] as const) {
      const { server, target } = await begin(
        context,
        {},
        { auth: createAuth('wiki', { bearer: () => Promise.resolve(secret) }) },
      );
      await assert.rejects(
        find(target),
        (error: Error) => 'code' in error && error.code === code && !error.message.includes('lines'),
      );
      assert.equal(server.requests.length, 0);
    }
  });
});

describe('TLS to a target', () => {
  const serve = async (
    context: TestContext,
    ip: readonly string[],
  ): Promise<{ readonly url: string; readonly ca: string }> => {
    const folder = await mkdtemp(join(tmpdir(), 'dir2scim-tls-'));
    const certificates = await createCertificates(folder, { dns: ['elsewhere.example'], ip });
    const server = await startScimServer({
      token,
      tls: {
        key: await readFile(certificates.keyFile, 'utf8'),
        cert: await readFile(certificates.certificateFile, 'utf8'),
      },
    });
    context.after(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });
    return { url: server.url, ca: certificates.ca };
  };
  const attempt = async (context: TestContext, url: string, ca?: string): Promise<unknown> => {
    const clock = fakeClock();
    const target = createScimTarget(
      targetOptions(url, token, { clock, tls: ca === undefined ? {} : { ca: () => Promise.resolve(ca) } }),
    );
    context.after(() => target.close());
    return drive(clock, find(target));
  };

  it('trusts the authority from the configuration', async (context) => {
    const { url, ca } = await serve(context, ['127.0.0.1']);
    assert.deepEqual(found(await attempt(context, url, ca)), []);
  });

  it('refuses an unknown authority, and says what to do', async (context) => {
    const { url } = await serve(context, ['127.0.0.1']);
    const result = await attempt(context, url);
    assert.ok(isFailure(result) && result.class === 'transient');
    assert.match(result.detail, /name it under tls\.ca/);
  });

  it('refuses a certificate for another host', async (context) => {
    const { url, ca } = await serve(context, []);
    const result = await attempt(context, url, ca);
    assert.ok(isFailure(result) && result.class === 'transient');
    assert.match(result.detail, /another host name \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createOAuth } from '../../src/adapters/scim/auth/oauth.ts';
import type { ScimTargetOptions } from '../../src/adapters/scim/http/options.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import type { ScimTarget } from '../../src/ports/scim-target.ts';
import { BridgeError } from '../../src/core/model/errors.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import { startOAuthServer } from '../support/oauth-server.ts';
import { freePort } from '../support/process.ts';
import { startHttpProxy, type HttpProxy, type HttpProxyOptions } from '../support/proxy.ts';
import { startScimServer, type ScimServer } from '../support/scim-server/server.ts';
import { createCertificates, type Certificates } from '../support/tls.ts';
import { until } from '../support/until.ts';
import { applied, signal } from './scim-target.ts';
import { targetOptions } from './scim-target-options.ts';
import { alice, classOf, drive, find, token } from './scim-target-stage.ts';

interface Stage {
  readonly server: ScimServer;
  readonly proxy: HttpProxy;
  readonly clock: FakeClock;
  /** Where the target is by a name that only the proxy knows. */
  readonly url: string;
  readonly authority: string;
  readonly tls: ScimTargetOptions['tls'];
  readonly open: (rest?: Partial<ScimTargetOptions>) => ScimTarget;
}

interface Setting {
  readonly https?: boolean;
  readonly proxy?: HttpProxyOptions;
  readonly httpsProxy?: boolean;
}

/** A target that can only be reached through a proxy: nobody else can look up its name. */
async function begin(
  context: TestContext,
  { https = false, httpsProxy = false, proxy: proxyOptions = {} }: Setting = {},
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-proxy-'));
  const certificates =
    https || httpsProxy ? await createCertificates(folder, { dns: ['wiki.invalid'], ip: ['127.0.0.1'] }) : undefined;
  const files = certificates === undefined ? undefined : await pemOf(certificates);
  const server = await startScimServer({ token, ...(https && files !== undefined ? { tls: files } : {}) });
  const proxy = await startHttpProxy({
    hosts: { 'wiki.invalid': '127.0.0.1' },
    ...(httpsProxy && files !== undefined ? { tls: files } : {}),
    ...proxyOptions,
  });
  const clock = fakeClock();
  const url = server.url.replace('127.0.0.1', 'wiki.invalid');
  const tls = certificates === undefined ? {} : { ca: () => Promise.resolve(certificates.ca) };
  const targets: ScimTarget[] = [];
  context.after(async () => {
    await Promise.all(targets.map((target) => target.close()));
    await Promise.all([server.stop(), proxy.stop()]);
    assert.equal(proxy.requests(), 0, 'nothing is told to the proxy but where to connect');
    await rm(folder, { recursive: true });
  });
  return {
    server,
    proxy,
    clock,
    url,
    authority: new URL(url).host,
    tls,
    open(rest = {}) {
      const target = createScimTarget(targetOptions(url, token, { clock, tls, proxy: { url: proxy.url }, ...rest }));
      targets.push(target);
      return target;
    },
  };
}

async function pemOf({
  keyFile,
  certificateFile,
}: Certificates): Promise<{ readonly key: string; readonly cert: string }> {
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certificateFile, 'utf8') };
}

const detailOf = async (clock: FakeClock, target: ScimTarget): Promise<string> => {
  const outcome = await drive(clock, target.create('user', alice, signal));
  assert.ok(outcome.kind === 'failed');
  assert.equal(outcome.failure.class, 'transient', 'nothing was sent, so a create is not in doubt');
  return outcome.failure.detail;
};

describe('a proxy on the way to a target', () => {
  for (const [words, setting] of [
    ['https', { https: true }],
    ['plain http, by a tunnel as well', {}],
    ['https, reached over https itself', { https: true, httpsProxy: true }],
  ] as const) {
    it(`is asked to connect to the target: ${words}`, async (context) => {
      const { open, server, proxy, authority } = await begin(context, setting);
      const target = open();
      applied(await target.create('user', alice, signal));
      assert.equal(classOf(await find(target)), 'fine');
      assert.equal(server.users().length, 1);
      assert.ok(proxy.visits.length > 0 && proxy.visits.every((visit) => visit === authority), proxy.visits.join(' '));
      assert.ok(proxy.headers.every(({ authorization, host }) => authorization === undefined && host === authority));
    });
  }

  it('makes no more tunnels than there are requests at a time, and keeps them', async (context) => {
    const { open, proxy } = await begin(context);
    const target = open({ limits: { concurrency: 2 } });
    await Promise.all(Array.from({ length: 20 }, () => find(target)));
    assert.ok(proxy.visits.length <= 2, String(proxy.visits.length));
  });

  it('is told user and password, as they are at that time', async (context) => {
    const { open, proxy, clock } = await begin(context, { proxy: { login: 'svc:n€w' } });
    let password = 'old';
    const target = open({
      proxy: { url: proxy.url, login: { username: 'svc', password: () => Promise.resolve(password) } },
    });
    assert.match(
      await detailOf(clock, target),
      /^the proxy http:\/\/127\.0\.0\.1:\d+ does not connect to wiki\.invalid:\d+: it refuses user name or password \(407\)$/,
    );
    password = 'n€w';
    assert.equal(classOf(await find(target)), 'fine');
    assert.match(await detailOf(clock, open()), /it wants a user name and a password \(407\)$/);
  });

  for (const [how, words] of [
    [403, /: it does not allow this host or port \(403\)$/],
    [503, /: it cannot reach the host \(503\)$/],
    [400, /: it answered 400$/],
    [
      'hang up',
      /^the proxy http:\/\/127\.0\.0\.1:\d+ does not connect to wiki\.invalid:\d+: no connection \(UND_ERR_SOCKET\)$/,
    ],
  ] as const) {
    it(`that does not connect (${how}) is an outage before anything was sent`, async (context) => {
      const { open, proxy, server, clock } = await begin(context, { https: true });
      proxy.refuseWith(how);
      const target = open();
      assert.match(await detailOf(clock, target), words);
      assert.equal(server.requests.length, 0);
      proxy.refuseWith(undefined);
      applied(await target.create('user', alice, signal));
    });
  }

  it('that does not answer is given up after a while', async (context) => {
    const { open, proxy, clock } = await begin(context);
    proxy.refuseWith('say nothing');
    assert.match(
      await detailOf(clock, open({ timeouts: { requestMilliseconds: 600 } })),
      /^the proxy http:\S+ does not connect to \S+: no answer in time$/,
    );
  });

  it('that is down is named', async (context) => {
    const { open, clock } = await begin(context);
    const url = `http://127.0.0.1:${await freePort()}`;
    assert.equal(
      await detailOf(clock, open({ proxy: { url } })),
      `no connection to the proxy ${url}: nothing listens there (ECONNREFUSED)`,
    );
  });

  it('whose certificate nobody knows is named, and is not the target', async (context) => {
    const { open, clock, proxy } = await begin(context, { httpsProxy: true });
    assert.match(
      await detailOf(clock, open({ tls: {} })),
      new RegExp(`^no connection to the proxy ${proxy.url}: .*unknown authority`),
    );
  });

  it('does not weaken how the target is recognised', async (context) => {
    const { open, clock, server } = await begin(context, { https: true });
    assert.match(
      await detailOf(clock, open({ tls: {} })),
      /^the TLS certificate of the server comes from an unknown authority/,
    );
    assert.equal(server.requests.length, 0);
  });

  it('keeps no tunnel of ours when our own files for TLS cannot be used', async (context) => {
    const { open, clock, proxy } = await begin(context, { https: true });
    const unusable = new BridgeError('D2S_CONFIG_INVALID', 'the client certificate has expired', 'renew it');
    const target = open({ tls: { ca: () => Promise.reject(unusable) } });
    assert.match(await detailOf(clock, target), /the client certificate has expired/);
    assert.ok(proxy.visits.length > 0);
    await until('no tunnel is open', () => proxy.ends() === 0);
  });

  it('that cuts a tunnel leaves what was under way in doubt', async (context) => {
    const { open, server, proxy, clock } = await begin(context);
    const target = open();
    await find(target);
    server.setFaults({
      before: ({ method }) => {
        if (method === 'POST') proxy.cut();
        return undefined;
      },
    });
    const outcome = await drive(clock, target.create('user', alice, signal));
    assert.equal(outcome.kind === 'failed' && outcome.failure.class, 'unknown');
  });

  it('is also on the way to the token endpoint', async (context) => {
    const { open, proxy, clock, tls } = await begin(context);
    const login = await startOAuthServer({ clientId: 'a', clientSecret: 'b' });
    context.after(() => login.stop());
    login.answerWith(() => ({ status: 200, body: { access_token: token, token_type: 'bearer' } }));
    const tokenUrl = login.tokenUrl.replace('127.0.0.1', 'wiki.invalid');
    const client = {
      tokenUrl,
      clientId: 'a',
      clientSecret: () => Promise.resolve('b'),
      method: 'basic',
      parameters: {},
    } as const;
    const auth = createOAuth({
      client,
      tls,
      proxy: { url: proxy.url },
      clock,
      userAgent: 'dir2scim/test',
      onSecret: () => undefined,
    });
    assert.equal(classOf(await find(open({ auth }))), 'fine');
    assert.equal(proxy.visits[0], new URL(tokenUrl).host);
    assert.equal(login.requests.length, 1);
  });
});

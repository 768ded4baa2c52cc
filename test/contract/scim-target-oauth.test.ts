import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createOAuth } from '../../src/adapters/scim/auth/oauth.ts';
import type { OAuthClient } from '../../src/adapters/scim/auth/token-request.ts';
import { isFailure } from '../../src/ports/scim-target.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import { startOAuthServer, type OAuthServer, type OAuthServerOptions } from '../support/oauth-server.ts';
import { freePort } from '../support/process.ts';
import { applied, failureClass, signal } from './scim-target.ts';
import { alice, begin, classOf, drive, find, until, type Stage } from './scim-target-stage.ts';

const clientSecret = 's3cr3t:with/+ and ä%';
const clientId = 'dir2scim prod';

interface OAuthStage extends Stage {
  readonly login: OAuthServer;
  readonly clock: FakeClock;
  readonly known: string[];
  /** The target takes no token that the login server gave up to now. */
  readonly revoke: () => void;
}

/** A login server, and a target that takes only its tokens. */
async function enter(
  context: TestContext,
  server: Partial<OAuthServerOptions> = {},
  client: Partial<OAuthClient> = {},
): Promise<OAuthStage> {
  const login = await startOAuthServer({ clientId, clientSecret, expiresIn: 3600, ...server });
  const clock = fakeClock();
  const known: string[] = [];
  let revoked = 0;
  const auth = createOAuth({
    client: {
      tokenUrl: login.tokenUrl,
      clientId,
      clientSecret: () => Promise.resolve(clientSecret),
      method: 'basic',
      parameters: {},
      ...client,
    },
    tls: {},
    clock,
    userAgent: 'dir2scim/test',
    onSecret: (secret) => known.push(secret),
  });
  const stage = await begin(
    context,
    {
      before: ({ headers }) => {
        const isGood = login.tokens.slice(revoked).some((token) => headers.authorization === `Bearer ${token}`);
        return isGood
          ? undefined
          : { kind: 'answer', status: 401, body: { detail: `no such token: ${String(headers.authorization)}` } };
      },
    },
    { auth, clock },
    {},
  );
  context.after(() => login.stop());
  return { ...stage, clock, login, known, revoke: () => void (revoked = login.tokens.length) };
}

const detailOf = (result: unknown): string => {
  assert.ok(isFailure(result), 'a failure was expected');
  return result.detail;
};

describe('tokens by client credentials', () => {
  for (const method of ['basic', 'post'] as const) {
    it(`are asked for with id and secret by ${method}`, async (context) => {
      const { target, login, known } = await enter(
        context,
        {},
        { method, scope: 'users groups', parameters: { audience: 'https://wiki.example' } },
      );
      assert.equal(classOf(await find(target)), 'fine');
      const [request] = login.requests;
      assert.equal(login.requests.length, 1);
      assert.equal(request?.path, '/oauth2/token?tenant=a');
      assert.equal(request.headers['user-agent'], 'dir2scim/test');
      const credentials = method === 'post' ? { client_id: clientId, client_secret: clientSecret } : {};
      assert.deepEqual(request.form, {
        ...credentials,
        scope: 'users groups',
        audience: 'https://wiki.example',
        grant_type: 'client_credentials',
      });
      assert.deepEqual(known, login.tokens, 'the log is told what to keep to itself');
    });
  }

  it('are given by servers that forget to decode the header, where id and secret are letters, digits, - and _', async (context) => {
    const plain = { clientId: '5b1c0e3a-9d2f-4c1e', clientSecret: 'Abc_d-e.f' };
    const { target, login } = await enter(context, plain, {
      clientId: plain.clientId,
      clientSecret: () => Promise.resolve(plain.clientSecret),
    });
    await find(target);
    assert.equal(
      login.requests[0]?.headers.authorization,
      `Basic ${Buffer.from(`${plain.clientId}:${plain.clientSecret}`).toString('base64')}`,
    );
  });

  it('may be asked for in the way of one vendor', async (context) => {
    const { target, login } = await enter(
      context,
      {},
      { parameters: { grant_type: 'account_credentials', account_id: 'a1' } },
    );
    assert.match(detailOf(await find(target)), /it gives no tokens for this grant type \(unsupported_grant_type\)/);
    assert.deepEqual(login.requests[0]?.form, { grant_type: 'account_credentials', account_id: 'a1' });
  });

  it('are fetched once for all who wait, and kept', async (context) => {
    const { target, login } = await enter(context);
    const results = await Promise.all(Array.from({ length: 20 }, () => find(target)));
    assert.ok(results.every((result) => classOf(result) === 'fine'));
    assert.equal(classOf(await find(target)), 'fine');
    assert.equal(login.requests.length, 1);
  });

  it('are replaced a minute before their end, by the monotonic clock', async (context) => {
    const { target, login, clock } = await enter(context);
    await find(target);
    clock.jumpWallClock(365 * 86_400_000);
    await clock.advance(3_539_000);
    await find(target);
    assert.equal(login.requests.length, 1);
    await clock.advance(1000);
    await find(target);
    assert.equal(login.requests.length, 2);
  });

  it('that live for seconds only are used for four fifths of them', async (context) => {
    const { target, login, clock } = await enter(context, { expiresIn: 10 });
    await find(target);
    await clock.advance(7999);
    await find(target);
    assert.equal(login.requests.length, 1);
    await clock.advance(1);
    await find(target);
    assert.equal(login.requests.length, 2);
  });

  it('without a stated life are kept until the target refuses them', async (context) => {
    const { target, login, clock, revoke } = await enter(context, { expiresIn: undefined });
    await find(target);
    await clock.advance(30 * 86_400_000);
    await find(target);
    assert.equal(login.requests.length, 1);
    revoke();
    applied(await target.create('user', alice, signal));
    assert.equal(login.requests.length, 2);
  });

  it('are replaced once for all who were refused, and everybody succeeds', async (context) => {
    const { target, login, revoke, statuses } = await enter(context);
    await find(target);
    revoke();
    const results = await Promise.all(Array.from({ length: 10 }, () => find(target)));
    assert.ok(results.every((result) => classOf(result) === 'fine'));
    assert.equal(login.requests.length, 2);
    assert.ok(statuses.filter((status) => status === 401).length > 1, 'several were refused at the same time');
  });

  it('are not replaced again and again for a target that refuses them all', async (context) => {
    const { target, login, server } = await enter(context);
    server.setFaults({ before: () => ({ kind: 'answer', status: 401, body: { detail: 'nobody' } }) });
    assert.deepEqual(await find(target), { class: 'auth', status: 401, detail: 'nobody' });
    assert.equal(server.requests.length, 2);
    assert.equal(login.requests.length, 2);
  });

  it('read the secret anew for each request', async (context) => {
    let secret = 'old';
    const { target, login, clock } = await enter(context, {}, { clientSecret: () => Promise.resolve(secret) });
    assert.match(detailOf(await find(target)), /the client id or its secret is wrong \(invalid_client\)/);
    secret = clientSecret;
    assert.equal(classOf(await drive(clock, find(target))), 'fine');
    assert.equal(login.requests.length, 2);
  });

  it('are not asked for again with a secret that was just refused by those who wait in line', async (context) => {
    const { target, login } = await enter(context, {}, { clientSecret: () => Promise.resolve('old') });
    const results = await Promise.all(Array.from({ length: 60 }, () => find(target)));
    assert.ok(results.every((result) => classOf(result) === 'auth'));
    assert.equal(login.requests.length, 1);
  });

  it('are not waited for by a caller who is told to stop', async (context) => {
    const { target, login } = await enter(context);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    login.answerWith(async () => {
      await released;
      return { status: 200, body: { access_token: 'late', token_type: 'bearer' } };
    });
    const stop = new AbortController();
    const result = target.find('user', 'externalId', 'a1', stop.signal);
    await until(() => login.requests.length === 1, 'the request for a token');
    stop.abort(new Error('shutting down'));
    await assert.rejects(result, /shutting down/);
    release();
  });
});

describe('a token endpoint that gives none', () => {
  const refusals = [
    [401, { error: 'invalid_client' }, 'auth', /: the client id or its secret is wrong \(invalid_client\)$/],
    [
      400,
      { error: 'invalid_scope', error_description: 'no such scope' },
      'auth',
      /auth\.oauth2\.scope is unknown there, or not for this client \(invalid_scope\): no such scope$/,
    ],
    [400, { error: 'unauthorized_client' }, 'auth', /this client may not ask for tokens with its own credentials/],
    [403, { error: 'something_new' }, 'auth', /it refuses \(something_new\)$/],
    [404, '<html>not here</html>', 'auth', /: 404 without a reason that OAuth knows; is tokenUrl right\?$/],
    [200, '<html>log in</html>', 'auth', /: 200 without a token; is tokenUrl right\?$/],
    [200, { access_token: '' }, 'auth', /: 200 without a token/],
    [200, { access_token: 'a\nb', token_type: 'bearer' }, 'auth', /a token that HTTP cannot carry$/],
    [200, { access_token: 'abcd', token_type: 'DPoP' }, 'auth', /a token of the type dpop/],
    [302, '', 'auth', /: 302 without a reason/],
  ] as const;
  for (const [status, body, failure, words] of refusals) {
    it(`is an ${failure} failure that says why: ${status} ${JSON.stringify(body)}`, async (context) => {
      const { target, login, server } = await enter(context);
      login.answerWith(() => ({
        status,
        body,
        headers: { 'www-authenticate': 'Basic realm="x"', location: 'http://127.0.0.1:1/' },
      }));
      const result = await find(target);
      assert.equal(classOf(result), failure);
      assert.match(detailOf(result), /^the token endpoint http:\/\/127\.0\.0\.1:\d+: /);
      assert.match(detailOf(result), words);
      assert.equal(login.requests.length, 1, 'asking again is of no use');
      assert.equal(server.requests.length, 0);
    });
  }

  for (const method of ['basic', 'post'] as const) {
    it(`never gets the secret into a failure, whatever it repeats (${method})`, async (context) => {
      const { target, login } = await enter(context, {}, { method });
      const forms = [
        clientSecret,
        encodeURIComponent(clientSecret),
        new URLSearchParams({ s: clientSecret }).toString().slice(2),
      ];
      login.answerWith(({ headers }) => ({
        status: 400,
        body: { error: 'invalid_request', error_description: [headers.authorization, ...forms].join(' ; ') },
      }));
      const detail = detailOf(await find(target));
      for (const form of [...forms, 's3cr3t']) assert.ok(!detail.includes(form), detail);
    });
  }

  it('is asked again when it fails, and its pause is kept', async (context) => {
    const { target, login, clock, throttles } = await enter(context);
    const answers = [500, 503, 429];
    login.answerWith(() => {
      const status = answers.shift();
      if (status === undefined)
        return { status: 200, body: { access_token: login.tokens[0] ?? 'x', token_type: 'bearer' } };
      return { status, headers: status === 429 ? { 'retry-after': '7' } : {}, body: {} };
    });
    await drive(clock, find(target));
    assert.deepEqual(answers, []);
    assert.equal(throttles.at(-1), 7000);
  });

  it('is an outage when nothing listens there; a create is then not in doubt', async (context) => {
    const port = await freePort();
    const { target, clock, server } = await enter(context, {}, { tokenUrl: `http://127.0.0.1:${port}/token` });
    const outcome = await drive(clock, target.create('user', alice, signal));
    assert.equal(failureClass(outcome), 'transient');
    assert.ok(outcome.kind === 'failed');
    assert.match(
      outcome.failure.detail,
      /^the token endpoint http:\/\/127\.0\.0\.1:\d+: nothing listens there \(ECONNREFUSED\)$/,
    );
    assert.equal(server.requests.length, 0);
  });
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startOAuthServer } from '../support/oauth-server.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { startHttpProxy } from '../support/proxy.ts';
import { office } from './support/people.ts';
import { childEnvironment, createSite } from './support/site.ts';

describe('who we are at a target, and the way there', () => {
  it('is a token that is fetched, through a proxy that knows us; none of the secrets is shown', async () => {
    await using site = await createSite({ company: office });
    const login = await startOAuthServer({ clientId: 'dir2scim', clientSecret: 'canary-client-9d2' });
    const proxy = await startHttpProxy({ login: 'svc:canary-proxy-4c1' });
    try {
      login.answerWith(() => ({
        status: 200,
        body: { access_token: site.token, token_type: 'Bearer', expires_in: 300 },
      }));
      await writeFile(join(site.folder, 'client'), 'canary-client-9d2\n');
      await writeFile(join(site.folder, 'proxy'), 'canary-proxy-4c1\n');
      await site.reconfigure((text) =>
        text.replace(
          /auth: .*$/m,
          `auth: { oauth2: { tokenUrl: "${login.tokenUrl}", clientId: dir2scim, clientSecret: { file: client } } }\n    proxy: { url: "${proxy.url}", username: svc, password: { file: proxy } }`,
        ),
      );
      const result = await site.run('sync');
      assert.equal(result.code, 0, result.stderr);
      assert.ok(site.target.users().length > 0);
      assert.equal(login.requests.length, 1);
      assert.ok(
        proxy.visits.includes(new URL(login.tokenUrl).host) && proxy.visits.includes(`127.0.0.1:${site.target.port}`),
      );
      login.answerWith(() => ({
        status: 401,
        body: { error: 'invalid_client', error_description: 'canary-client-9d2 is unknown' },
      }));
      const refused = await site.run('check');
      assert.equal(refused.code, 2);
      assert.match(refused.stdout + refused.stderr, /the client id or its secret is wrong \(invalid_client\)/);
      assert.doesNotMatch([result, refused].map(({ stdout, stderr }) => stdout + stderr).join(''), /canary/);
    } finally {
      await Promise.all([login.stop(), proxy.stop()]);
    }
  });

  it('leads through the proxy of the environment, unless that makes an exception', async () => {
    await using site = await createSite({ company: office, target: '    allowCleartext: true\n' });
    const proxy = await startHttpProxy({ login: 'svc:canary-proxy-4c1', hosts: { 'wiki.invalid': '127.0.0.1' } });
    try {
      await site.reconfigure((text) => text.replace('http://127.0.0.1', 'http://wiki.invalid'));
      const environment = {
        ...childEnvironment,
        http_proxy: proxy.url.replace('//', '//svc:canary-proxy-4c1@'),
        no_proxy: '',
      };
      const sync = (more: NodeJS.ProcessEnv): Promise<ProgramResult> =>
        runProgram(['sync', '--config', site.config], { ...environment, ...more });
      const around = await sync({ no_proxy: '.invalid' });
      assert.equal(around.code, 1);
      assert.match(around.stdout + around.stderr, /the host name (?:is not known|cannot be looked up now)/);
      assert.deepEqual(proxy.visits, []);
      const through = await sync({});
      assert.equal(through.code, 0, through.stderr);
      assert.ok(site.target.users().length > 0);
      assert.doesNotMatch(JSON.stringify([around, through]), /canary/);
    } finally {
      await proxy.stop();
    }
  });

  it('is the token that the file holds at that time, also when it changes under way', async () => {
    await using site = await createSite({ company: office });
    const file = join(site.folder, 'token');
    await writeFile(file, 'yesterday');
    let refusals = 0;
    site.target.setFaults({
      async before({ headers }) {
        if (headers.authorization !== 'Bearer yesterday') return undefined;
        refusals += 1;
        await writeFile(file, `${site.token}\n`);
        return { kind: 'answer', status: 401, body: { detail: 'expired' } };
      },
    });
    const result = await site.run('sync');
    assert.equal(result.code, 0, result.stderr);
    assert.ok(refusals > 0 && site.target.users().length > 0);
  });

  it('cannot be shown with a certificate and a key of someone else, and that is said before anything is sent', async () => {
    await using site = await createSite({ company: office, target: '    tls: { cert: token, key: token }\n' });
    const result = await site.run('sync');
    assert.equal(result.code, 2);
    assert.match(result.stderr, /^D2S_CONFIG_INVALID: tls\.cert is not a certificate in PEM form — /m);
    assert.equal(site.target.requests.length, 0);
  });
});

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { changed, loadText, refusal, withTarget } from './files.ts';

const oauth2 = (rest = '') =>
  changed(
    'bearer: { env: WIKI_TOKEN }',
    `oauth2: { tokenUrl: https://login.example/token, clientId: a, clientSecret: { file: secret }${rest} }`,
  );

describe('how a target is reached, in the configuration', () => {
  it('may be by tokens that have to be fetched', async (t) => {
    const configuration = await loadText(t, oauth2(', scope: "a b", method: post, parameters: { audience: wiki }'));
    assert.deepEqual(configuration.targets.get('wiki')?.auth, {
      kind: 'oauth2',
      tokenUrl: 'https://login.example/token',
      clientId: 'a',
      clientSecret: { file: join(dirname(configuration.file), 'secret') },
      scope: 'a b',
      method: 'post',
      parameters: { audience: 'wiki' },
    });
  });

  it('may need a certificate of ours, and another name for the server', async (t) => {
    const configuration = await loadText(
      t,
      withTarget('tls: { ca: ca.pem, cert: client.pem, key: /run/client.key, serverName: wiki }'),
    );
    const folder = dirname(configuration.file);
    assert.deepEqual(configuration.targets.get('wiki')?.tls, {
      ca: join(folder, 'ca.pem'),
      cert: join(folder, 'client.pem'),
      key: '/run/client.key',
      serverName: 'wiki',
    });
  });

  it('may be through a proxy, with a login or without', async (t) => {
    const plain = await loadText(t, withTarget('proxy: http://proxy.example:3128'));
    assert.deepEqual(plain.targets.get('wiki')?.proxy, { url: 'http://proxy.example:3128' });
    const known = await loadText(
      t,
      withTarget('proxy: { url: "https://proxy.example", username: svc, password: { env: PROXY_PASSWORD } }'),
    );
    assert.deepEqual(known.targets.get('wiki')?.proxy, {
      url: 'https://proxy.example',
      login: { username: 'svc', password: { env: 'PROXY_PASSWORD' } },
    });
  });

  const cases: Record<string, readonly [text: string, message: RegExp]> = {
    'a token endpoint that is missing': [
      changed('bearer: { env: WIKI_TOKEN }', 'oauth2: {}'),
      /auth\.oauth2\.tokenUrl: this is missing/,
    ],
    'a token endpoint that is none': [
      oauth2().replace('https://login', 'login'),
      /^dir2scim\.yaml:8:33: targets\.wiki\.auth\.oauth2\.tokenUrl: this is not an http or https address/,
    ],
    'a login in it': [
      oauth2().replace('login.example', 'a:b@login.example'),
      /tokenUrl: the URL contains a login; put it under clientId and clientSecret/,
    ],
    'a fragment in it': [oauth2().replace('/token', '/token#x'), /tokenUrl: the URL has a fragment/],
    'a secret in place of a reference': [
      oauth2().replace('{ file: secret }', 'hunter2'),
      /clientSecret: expected: \{ file: PATH \}/,
    ],
    'a parameter that has a key of its own': [
      oauth2(', parameters: { client_secret: hunter2 }'),
      /parameters\.client_secret: client_secret has a place of its own; use clientId, clientSecret and scope/,
    ],
    'a way to send the secret that there is not': [oauth2(', method: header'), /"header" is not one of basic, post/],
    'a certificate without its key': [
      withTarget('tls: { cert: a.pem }'),
      /tls\.cert: cert is of no use without key; name the file under key as well/,
    ],
    'a key without its certificate': [withTarget('tls: { key: a.pem }'), /tls\.key: key is of no use without cert/],
    'a proxy that is none': [
      withTarget('proxy: socks5://proxy.example'),
      /targets\.wiki\.proxy: this is not an http or https address; write it like http:\/\/proxy\.example:3128/,
    ],
    'a login in the address of the proxy': [
      withTarget('proxy: http://svc:hunter2@proxy.example'),
      /proxy: the URL contains a login; write \{ url, username, password: \{ file \} \}/,
    ],
    'a path in the address of the proxy': [
      withTarget('proxy: { url: http://proxy.example/x, username: a, password: { env: P } }'),
      /proxy\.url: the address of the proxy has a path/,
    ],
    'a proxy with half a login': [
      withTarget('proxy: { url: http://proxy.example, username: a }'),
      /proxy\.password: this is missing/,
    ],
    'a proxy that is a number': [
      withTarget('proxy: 3128'),
      /proxy: expected: an address like http:\/\/proxy\.example:3128, or \{ url, username, password \}/,
    ],
  };
  for (const [what, [text, message]] of Object.entries(cases)) {
    it(`is refused for ${what}`, async (t) => {
      const error = await refusal(t, text);
      assert.equal(error.code, 'D2S_CONFIG_INVALID');
      assert.match(error.message, message);
      assert.ok(!error.message.includes('hunter2'), 'what may be a secret is not repeated');
    });
  }

  it('does not let the secret of a client travel in clear text', async (t) => {
    const text = oauth2().replace('https://login', 'http://login');
    const error = await refusal(t, text);
    assert.equal(error.code, 'D2S_CLEARTEXT_REFUSED');
    assert.match(error.message, /tokenUrl: the secret of the client would travel to login\.example in clear text/);
    assert.ok(await loadText(t, text.replace('login.example', '127.0.0.1:1')));
    assert.ok(await loadText(t, `${text}    allowCleartext: true\n`));
  });
});

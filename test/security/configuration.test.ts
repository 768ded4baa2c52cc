import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadText } from '../unit/config/files.ts';

const text = (rest: string, target = 'wiki') => `
directories: { corp: { kind: ldif, path: people.ldif } }
targets:
  ${target}:
    url: https://wiki.example/scim/v2
    auth: { bearer: { env: TOKEN } }
    removal: { leaves: deactivate }
${rest}`;

const places: Readonly<Record<string, string>> = {
  'a target': text('', '__proto__'),
  'a directory': `directories: { __proto__: { kind: ldif, path: a.ldif } }\n${text('').split('\n').slice(2).join('\n')}`,
  'an attribute': text('    users: { map: { __proto__: "cn" } }'),
  'a header': text('').replace('bearer: { env: TOKEN }', 'headers: { "__proto__": { env: TOKEN } }'),
  'a parameter': text('').replace(
    'bearer: { env: TOKEN }',
    'oauth2: { tokenUrl: "https://login.example/", clientId: a, clientSecret: { env: S }, parameters: { __proto__: x } }',
  ),
  'a key that is not there': text('    __proto__: { polluted: true }'),
};
for (const [what, source] of Object.entries(places)) {
  it(`__proto__ as the name of ${what} is an error with its place`, async (t) => {
    await assert.rejects(loadText(t, source), {
      code: 'D2S_CONFIG_INVALID',
      message: /:\d+:\d+: __proto__: this key is unknown/,
    });
  });
}

it('names that every object has are names like others', async (t) => {
  const { targets } = await loadText(t, text('', 'constructor'));
  assert.deepEqual([...targets.keys()], ['constructor']);
  await assert.rejects(loadText(t, text('    toString: 1')), { message: /toString: this key is unknown/ });
});

const proxied = (proxy: string, rest = '') =>
  text(`    proxy: { url: "${proxy}", username: us, password: { env: P } }\n${rest}`);

it('the login of a proxy does not travel in clear text beyond loopback, unless that is allowed', async (t) => {
  await assert.rejects(loadText(t, proxied('http://proxy.example:3128')), {
    code: 'D2S_CLEARTEXT_REFUSED',
    message: /the login of the proxy would travel to proxy.example in clear text/,
  });
  for (const fine of [
    proxied('https://proxy.example:3128'),
    proxied('http://127.0.0.1:3128'),
    proxied('http://proxy.example:3128', '    allowCleartext: true'),
  ]) {
    assert.equal((await loadText(t, fine)).targets.size, 1);
  }
});

it('a pinned server needs somebody to be trusted', async (t) => {
  await assert.rejects(loadText(t, text('    tls: { onlyCa: true }')), { message: /onlyCa is of no use without ca/ });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuth, type AuthConfig } from '../../../../src/adapters/scim/auth/auth.ts';

const { signal } = new AbortController();
const secret = (text: string) => () => Promise.resolve(text);

async function headersOf(config: AuthConfig): Promise<unknown> {
  const credentials = await createAuth('wiki', config).headers(signal);
  return 'headers' in credentials ? credentials.headers : credentials;
}

describe('how a target is told who we are', () => {
  it('by a bearer token, by Basic in UTF-8, or by fixed headers', async () => {
    assert.deepEqual(await headersOf({ bearer: secret('t0ken') }), { authorization: 'Bearer t0ken' });
    assert.deepEqual(await headersOf({ basic: { user: 'svc', password: secret('a:ä') } }), {
      authorization: `Basic ${Buffer.from('svc:a:ä', 'utf8').toString('base64')}`,
    });
    assert.deepEqual(await headersOf({ headers: { 'DD-API-KEY': secret('1'), 'dd-app-key': secret('2') } }), {
      'dd-api-key': '1',
      'dd-app-key': '2',
    });
  });

  it('reads the secret each time', async () => {
    const tokens = ['old', 'new'];
    const auth = createAuth('wiki', { bearer: () => Promise.resolve(tokens.shift() ?? '') });
    assert.deepEqual(await auth.headers(signal), { headers: { authorization: 'Bearer old' } });
    assert.deepEqual(await auth.headers(signal), { headers: { authorization: 'Bearer new' } });
    await assert.rejects(auth.headers(signal), { code: 'D2S_SECRET_UNREADABLE' });
  });

  it('has others to offer after a refusal only when the secret was exchanged', async () => {
    let token = 'old';
    const auth = createAuth('wiki', { bearer: () => Promise.resolve(token) });
    const refused = { authorization: 'Bearer old' };
    assert.equal(await auth.renew(refused), false);
    token = 'new';
    assert.equal(await auth.renew(refused), true);
  });

  it('refuses at once what cannot work', () => {
    const invalid = { code: 'D2S_CONFIG_INVALID' };
    assert.throws(() => createAuth('wiki', { basic: { user: 'a:b', password: secret('x') } }), invalid);
    assert.throws(() => createAuth('wiki', { headers: {} }), invalid);
    assert.throws(() => createAuth('wiki', { headers: { Host: secret('x') } }), invalid);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuth } from '../../../../src/adapters/scim/auth.ts';

const secret = (text: string) => () => Promise.resolve(text);

describe('how a target is told who we are', () => {
  it('by a bearer token, by Basic in UTF-8, or by fixed headers', async () => {
    assert.deepEqual(await createAuth('wiki', { bearer: secret('t0ken') })(), { authorization: 'Bearer t0ken' });
    assert.deepEqual(await createAuth('wiki', { basic: { user: 'svc', password: secret('a:ä') } })(), {
      authorization: `Basic ${Buffer.from('svc:a:ä', 'utf8').toString('base64')}`,
    });
    assert.deepEqual(await createAuth('wiki', { headers: { 'DD-API-KEY': secret('1'), 'dd-app-key': secret('2') } })(), { 'dd-api-key': '1', 'dd-app-key': '2' });
  });

  it('reads the secret each time', async () => {
    const tokens = ['old', 'new'];
    const auth = createAuth('wiki', { bearer: () => Promise.resolve(tokens.shift() ?? '') });
    assert.deepEqual([await auth(), await auth()], [{ authorization: 'Bearer old' }, { authorization: 'Bearer new' }]);
    await assert.rejects(auth(), { code: 'D2S_SECRET_UNREADABLE' });
  });

  it('refuses at once what cannot work', () => {
    const invalid = { code: 'D2S_CONFIG_INVALID' };
    assert.throws(() => createAuth('wiki', { basic: { user: 'a:b', password: secret('x') } }), invalid);
    assert.throws(() => createAuth('wiki', { headers: {} }), invalid);
    assert.throws(() => createAuth('wiki', { headers: { Host: secret('x') } }), invalid);
  });
});

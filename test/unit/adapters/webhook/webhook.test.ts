import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { bodyOf } from '../../../../src/adapters/webhook/bodies.ts';
import { signatureHeaders } from '../../../../src/adapters/webhook/sign.ts';
import { createWebhook } from '../../../../src/adapters/webhook/webhook.ts';
import { BridgeError } from '../../../../src/core/model/errors.ts';
import type { Notification } from '../../../../src/ports/notifier.ts';

const notification: Notification = {
  id: 'msg_1',
  condition: 'held',
  target: 'wiki',
  at: '2026-01-05T08:00:00.000Z',
  summary: 'wiki: 6 users to deactivate <@everyone> & *more*',
  remedy: 'dir2scim approve hold-1',
  hold: { holdId: 'hold-1', operations: { deactivate: 6 }, findings: ['removals'] },
};

describe('what is sent', () => {
  it('is everything, for programs', () => {
    assert.deepEqual(bodyOf('json', notification), { version: 1, source: 'dir2scim', ...notification });
  });

  it('is a text for Slack that mentions nobody', () => {
    assert.deepEqual(bodyOf('slack', notification), {
      text: '*dir2scim: held, wiki*\nwiki: 6 users to deactivate &lt;@everyone&gt; &amp; *more*\ndir2scim approve hold-1',
    });
  });

  it('is a message with a card for Teams', () => {
    const { type, attachments } = bodyOf('teams', notification) as {
      type: string;
      attachments: { contentType: string; content: { type: string; body: { text: string }[] } }[];
    };
    assert.equal(type, 'message');
    assert.equal(attachments[0]?.contentType, 'application/vnd.microsoft.card.adaptive');
    assert.deepEqual(
      attachments[0].content.body.map(({ text }) => text),
      [
        'dir2scim: held, wiki',
        String.raw`wiki: 6 users to deactivate <@everyone> & \*more\*`,
        'dir2scim approve hold-1',
      ],
    );
  });
});

describe('the signature', () => {
  it('is that of Standard Webhooks: the example of its specification', () => {
    const body = '{"test": 2432232314}';
    const headers = signatureHeaders(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      body,
    );
    assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('takes a secret of another form as it is', () => {
    const expected = createHmac('sha256', 'plain').update('a.5.{}').digest('base64');
    assert.equal(signatureHeaders('plain', 'a', 5, '{}')['webhook-signature'], `v1,${expected}`);
  });
});

describe('a try', () => {
  const tryWith = (post: () => Promise<number>) =>
    createWebhook({
      name: 'ops',
      url: () => Promise.resolve('https://ops.example/secret-path'),
      format: 'json',
      conditions: new Set(),
      post,
      userAgent: 'dir2scim/0',
      clock: { now: () => 0 },
    }).deliver(notification, new AbortController().signal);

  it('succeeds with any 2xx, and is repeated only where that may help', async () => {
    const again = async (status: number): Promise<boolean | undefined> => {
      const delivery = await tryWith(() => Promise.resolve(status));
      return delivery.ok ? undefined : delivery.again;
    };
    for (const status of [200, 202, 204]) assert.equal(await again(status), undefined, String(status));
    for (const status of [408, 425, 429, 500, 502, 503]) assert.equal(await again(status), true, String(status));
    for (const status of [301, 302, 307, 400, 401, 403, 404, 410])
      assert.equal(await again(status), false, String(status));
  });

  it('says what went wrong without the address', async () => {
    const refused = Object.assign(new Error('connect https://ops.example/secret-path'), { code: 'ECONNREFUSED' });
    const problems = [
      refused,
      new Error('no: https://ops.example/secret-path'),
      new BridgeError('D2S_SECRET_UNREADABLE', 'the secret in the file hook is empty', 'put it there'),
      new DOMException('secret-path', 'TimeoutError'),
    ];
    const said = [];
    for (const thrown of problems) said.push(await tryWith(() => Promise.reject(thrown)));
    assert.deepEqual(
      said.map((delivery) => (delivery.ok ? '' : delivery.problem)),
      [
        'no connection (ECONNREFUSED)',
        'no connection',
        'D2S_SECRET_UNREADABLE: the secret in the file hook is empty; put it there',
        'no answer within 10 s',
      ],
    );
  });
});

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Pool } from 'undici';
import { requestToken } from '../../src/adapters/scim/auth/token-request.ts';
import { createScimTarget } from '../../src/adapters/scim/target.ts';
import { isFailure, type ScimTarget } from '../../src/ports/scim-target.ts';
import { openNotifier } from '../../src/app/notifiers.ts';
import { targetOptions } from '../contract/scim-target-options.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { startHostileTarget } from '../support/hostile-target.ts';
import { longestTurn } from '../support/longest-turn.ts';

/** Answers that are short, or none at all, and come in as many pieces as HTTP allows. */

const signal = new AbortController().signal;
const megabyte = 1024 * 1024;
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/scim+json\r\ntransfer-encoding: chunked\r\n\r\n';

/** Writes the same for as long as it is taken, up to so many times. */
function keepWriting(socket: Socket, text: string, times: number): void {
  const piece = Buffer.from(text);
  let left = times;
  const more = (): void => {
    while (!socket.destroyed && left > 0) {
      left -= 1;
      if (!socket.write(piece)) return void socket.once('drain', more);
    }
  };
  more();
}

async function stage(context: TestContext, answer: (socket: Socket) => void): Promise<ScimTarget> {
  const hostile = await startHostileTarget((_request, socket) => {
    answer(socket);
    return undefined;
  });
  const target = createScimTarget(
    targetOptions(hostile.url, 'token-of-nobody', { onFault: (thrown) => assert.fail(String(thrown)) }),
  );
  context.after(async () => {
    await target.close();
    await hostile.close();
  });
  return target;
}

describe('an answer in many pieces', () => {
  it('in chunks of one byte: takes the memory of its bytes, and keeps nobody waiting', async (context) => {
    const target = await stage(context, (socket) => {
      socket.write(head);
      keepWriting(socket, '1\r\n \r\n'.repeat(10_000), 10_000);
    });
    let most = 0;
    const before = process.memoryUsage.rss();
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss() - before)), 5);
    const longest = await longestTurn(async () => {
      for (const result of await Promise.all([1, 2, 3, 4].map(() => target.find('user', 'userName', 'ada', signal))))
        assert.ok(isFailure(result));
    });
    clearInterval(watch);
    assert.ok(longest < 100, `${Math.round(longest)} ms`);
    assert.ok(most < 256 * megabyte, `${Math.round(most / megabyte)} MB`);
  });

  it('in chunks of one byte: is what it says', async (context) => {
    const text = `{"schemas":[],"id":"1","displayName":"crew","note":"${'ö'.repeat(100_000)}"}`;
    const bytes = [...Buffer.from(text)].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
    const target = await stage(
      context,
      (socket) => void socket.write(Buffer.from(`${head}${bytes}0\r\n\r\n`, 'latin1')),
    );
    const group = await target.read('group', '1', signal);
    assert.ok(!isFailure(group), JSON.stringify(group));
    assert.equal(group.body['note'], 'ö'.repeat(100_000));
  });

  it('interim ones without end: 100 of them', async (context) => {
    const target = await stage(context, (socket) => {
      keepWriting(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n'.repeat(1_000), 10_000);
    });
    const longest = await longestTurn(async () => {
      const results = await Promise.all([1, 2, 3, 4].map(() => target.read('user', '1', signal)));
      for (const result of results)
        assert.match(JSON.stringify(result), /more than 100 interim answers \(103\), and no answer/);
    });
    assert.ok(longest < 100, `${Math.round(longest)} ms`);
  });

  it('interim ones without end, of who gives tokens or is notified: 100 of them', async (context) => {
    const hostile = await startHostileTarget((_request, socket) => {
      keepWriting(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n'.repeat(1_000), 10_000);
      return undefined;
    });
    const pool = new Pool(new URL(hostile.url).origin);
    context.after(async () => {
      await pool.destroy();
      await hostile.close();
    });
    const client = {
      tokenUrl: `${new URL(hostile.url).origin}/token`,
      clientId: 'us',
      clientSecret: () => Promise.resolve('canary-secret'),
      method: 'post',
      parameters: {},
    } as const;
    const notify = { webhook: hostile.url, format: 'json', on: ['held'], tls: {}, allowCleartext: false } as const;
    const notifier = openNotifier(notify, 0, {
      clock: fakeClock(),
      userAgent: 'test',
      secretOf: () => assert.fail('there is none'),
      onSecret: () => undefined,
    });
    const held = { id: 'msg_1', condition: 'held', target: 'wiki', at: '', summary: '', remedy: '' } as const;
    const longest = await longestTurn(async () => {
      const refused = await requestToken(pool, client, 'test', Date.now);
      assert.match(JSON.stringify(refused), /more than 100 interim answers \(103\), and no answer/);
      const delivery = await notifier.deliver(held, signal);
      assert.match(JSON.stringify(delivery), /more than 100 interim answers \(103\), and no answer/);
    });
    assert.ok(longest < 100, `${Math.round(longest)} ms`);
  });
});

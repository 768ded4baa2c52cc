import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startHealthServer } from '../../src/http/health-server.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** Whoever can reach the port of `/livez` opens connections. A kubelet waits for a second, three times, and restarts us. */

async function serve(context: TestContext): Promise<{ readonly address: string; readonly port: number }> {
  const clock = fakeClock();
  const targets = Array.from({ length: 200 }, (_, at) => `target-${at}`);
  const { registry } = createMetrics({ version: '1', targets, directories: [], pollSeconds: 10, clock });
  const server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    clock,
    heartbeat: () => clock.monotonic(),
    checks: [],
    metrics: registry,
  });
  context.after(() => server.close());
  return { address: server.address, port: Number(new URL(server.address).port) };
}

async function open(context: TestContext, port: number, count: number, says: string): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect({ host: '127.0.0.1', port }));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(
    sockets.map(async (socket) => {
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.pause();
      if (says !== '') socket.write(says);
    }),
  );
  return sockets;
}

const attacks = {
  'that say nothing': '',
  'that send half a header': 'GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  'that send half a body': 'POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf',
  'that send half a chunk': 'POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\nhalf',
  'that read no answer': 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20),
  'that send no HTTP': '\u0000'.repeat(100),
};

describe('/livez under connections', () => {
  for (const [what, says] of Object.entries(attacks)) {
    it(`${what}: it is answered all the same`, async (context) => {
      const { address, port } = await serve(context);
      for (let round = 0; round < 3; round += 1) {
        await open(context, port, says.includes('metrics') ? 60 : 150, says);
        const answered = await fetch(`${address}/livez`, {
          headers: { connection: 'close' },
          signal: AbortSignal.timeout(says.includes('metrics') ? 10_000 : 1_000),
        });
        assert.equal(await answered.text(), 'ok\n');
      }
    });
  }

  it('answers one request at a time of a connection: whoever sends thousands at once is cut off', async (context) => {
    const { address, port } = await serve(context);
    for (const head of ['GET /metrics', 'GET /livez', 'GET /readyz?verbose', 'GET /none', 'POST /livez']) {
      const one = head.startsWith('POST')
        ? `${head} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`
        : `${head} HTTP/1.1\r\nHost: x\r\n\r\n`;
      const flood = await open(context, port, 10, one.repeat(1_800));
      const answered = await fetch(`${address}/livez`, {
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(10_000),
      });
      assert.equal(await answered.text(), 'ok\n');
      for (const socket of flood) {
        let answers = 0;
        socket.on('data', (bytes: Buffer) => (answers += bytes.toString('latin1').split('HTTP/1.1 ').length - 1));
        socket.resume();
        if (!socket.closed) await once(socket, 'close');
        assert.ok(answers <= 1, `${head}: ${answers} answers`);
      }
    }
  });

  it('closes those that have not asked within two seconds, and looks after them each second', async (context) => {
    const { port } = await serve(context);
    const [socket] = await open(context, port, 1, 'GET /livez HTTP/1.1\r\nX-Slow: ');
    assert.ok(socket !== undefined);
    const began = performance.now();
    socket.resume();
    await once(socket, 'close');
    assert.ok(performance.now() - began < 5_000);
  });

  it('leaves a scraper alone that keeps its connection, while there is room', async (context) => {
    const { port } = await serve(context);
    const [scraper] = await open(context, port, 1, '');
    assert.ok(scraper !== undefined);
    await open(context, port, 40, '');
    scraper.resume();
    for (let scrape = 0; scrape < 2; scrape += 1) {
      scraper.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
      const [answer] = (await once(scraper, 'data')) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 200/);
    }
  });
});

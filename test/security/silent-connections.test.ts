import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startHealthServer } from '../../src/http/health-server.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { watchTurns } from '../support/longest-turn.ts';

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

function ask(url: string, milliseconds: number): Promise<Response> {
  return fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(milliseconds) });
}

/** How many answers come until the connection ends. */
async function countAnswers(socket: Socket): Promise<number> {
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return text.split('HTTP/1.1 ').length - 1;
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
        const answered = await ask(`${address}/livez`, says.includes('metrics') ? 10_000 : 1_000);
        assert.equal(await answered.text(), 'ok\n');
      }
    });
  }

  const floods = {
    '/metrics': 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_800),
    '/livez': 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_800),
    '/readyz': 'GET /readyz?verbose HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_800),
    'what is not there': 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_800),
    'the shortest there are': 'GET / HTTP/1.1\r\nHost:\r\n\r\n'.repeat(2_500),
    'requests with bodies': 'POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'.repeat(1_000),
    'a body of 10,000 chunks': `POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(10_000)}`,
    '5,000 headers': `GET /livez HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(3_900)}\r\n`,
    'empty lines': '\r\n'.repeat(30_000),
  };
  for (const [what, says] of Object.entries(floods))
    it(`thousands of requests at once (${what}): one is answered, and nobody else waits`, async (context) => {
      const { address, port } = await serve(context);
      const flood = await open(context, port, 45, '');
      const answers = flood.map((socket) => countAnswers(socket));
      const turns = watchTurns();
      for (const socket of flood) socket.write(says);
      for (let round = 0; round < 3; round += 1)
        assert.equal(await (await ask(`${address}/livez`, 10_000)).text(), 'ok\n');
      const longest = turns.stop();
      assert.ok(longest < 100, `${Math.round(longest)} ms`);
      for (const count of await Promise.all(answers)) assert.ok(count <= 1, `${count} answers`);
    });

  it('answers who sends the next request in pieces after the answer, and who sends a body, once', async (context) => {
    const { port } = await serve(context);
    const [socket] = await open(context, port, 1, '');
    assert.ok(socket !== undefined);
    socket.resume();
    for (const pieces of [
      ['\r\nGET /livez HTTP/1.1\r', '\nHost: x\r\n\r', '\n'],
      ['GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'],
    ]) {
      for (const piece of pieces) {
        socket.write(piece);
        await nextTurn();
      }
      assert.match(String(((await once(socket, 'data')) as [Buffer])[0]), /^HTTP\/1\.1 200/);
    }
    const count = countAnswers(socket);
    socket.write('POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n');
    assert.match(String(((await once(socket, 'data')) as [Buffer])[0]), /^HTTP\/1\.1 413/);
    assert.equal(await count, 1);
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

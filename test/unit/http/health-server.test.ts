import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { startHealthServer, type HealthOptions, type HealthServer } from '../../../src/http/health-server.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const clock = fakeClock();
const { registry } = createMetrics({ version: '1', targets: ['wiki'], directories: [], pollSeconds: 10, clock });

async function serve(context: TestContext, rest: Partial<HealthOptions> = {}): Promise<HealthServer> {
  const server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    clock,
    heartbeat: () => clock.monotonic(),
    checks: [],
    metrics: registry,
    ...rest,
  });
  context.after(() => server.close());
  return server;
}

async function answer(url: string, init?: RequestInit): Promise<[number, string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

describe('health server', () => {
  it('is alive while the heartbeat is fresh, whatever the wall clock does', async (context) => {
    let beat = clock.monotonic();
    const { address } = await serve(context, { heartbeat: () => beat });
    clock.jumpWallClock(86_400_000);
    await clock.advance(60_000);
    assert.deepEqual(await answer(`${address}/livez`), [200, 'ok\n']);
    await clock.advance(1);
    assert.deepEqual(await answer(`${address}/livez`), [503, 'the scheduler has not run for more than 60 s\n']);
    beat = clock.monotonic();
    assert.equal((await answer(`${address}/livez`))[0], 200);
  });

  it('is ready when every check is, and says which is not', async (context) => {
    let state = true;
    const checks = [
      { name: 'config', isReady: () => true },
      { name: 'state', isReady: () => state },
    ];
    const { address } = await serve(context, { checks });
    assert.deepEqual(await answer(`${address}/readyz`), [200, 'ok\n']);
    assert.deepEqual(await answer(`${address}/readyz?verbose`), [200, '[+]config ok\n[+]state ok\nok\n']);
    state = false;
    assert.deepEqual(await answer(`${address}/readyz`), [503, '[+]config ok\n[-]state failed\nnot ready\n']);
  });

  it('serves the metrics as Prometheus reads them', async (context) => {
    const { address } = await serve(context);
    const response = await fetch(`${address}/metrics`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.match(await response.text(), /^dir2scim_scim_throttled_total\{target="wiki"\} 0$/m);
  });

  it('answers 404 in JSON to everything else', async (context) => {
    const { address } = await serve(context);
    assert.deepEqual(await answer(`${address}/`), [404, '{"error":"not found"}']);
    assert.deepEqual(await answer(`${address}/livez`, { method: 'DELETE' }), [404, '{"error":"not found"}']);
  });

  it('tells nothing of what is inside when something breaks', async (context) => {
    const broken = { contentType: 'text/plain', metrics: () => Promise.reject(new Error('canary at /etc/shadow')) };
    const check = {
      name: 'state',
      isReady: () => {
        throw new Error('canary');
      },
    };
    const { address } = await serve(context, { metrics: broken, checks: [check] });
    assert.deepEqual(await answer(`${address}/metrics`), [500, '{"error":"internal error"}']);
    assert.deepEqual(await answer(`${address}/readyz`), [500, '{"error":"internal error"}']);
  });

  it('takes no body, and echoes none', async (context) => {
    const { address } = await serve(context);
    const post = (body: string): Promise<[number, string]> =>
      answer(`${address}/livez`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    assert.deepEqual(await post(JSON.stringify({ canary: 'x'.repeat(1024) })), [413, '{"error":"bad request"}']);
    assert.deepEqual(await post('{"canary'), [413, '{"error":"bad request"}']);
  });

  it('says in one line what to do when the port is taken', async (context) => {
    const { address } = await serve(context);
    const port = Number(new URL(address).port);
    await assert.rejects(serve(context, { port }), (error) => {
      assert.ok(error instanceof BridgeError);
      assert.equal(error.code, 'D2S_LISTEN_FAILED');
      assert.match(
        error.line,
        new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port} \\(EADDRINUSE\\) — .*http\\.listen`),
      );
      return true;
    });
  });

  it('closes at once although a client keeps its connection open', async (context) => {
    const server = await serve(context);
    const { hostname, port } = new URL(server.address);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await server.close();
    await ended;
  });
});

import { createServer } from 'node:http';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { Health, MetricsText } from '../bridge/health.ts';
import { BridgeError } from '../core/model/errors.ts';
import { limitConnections } from './idle-connections.ts';
import type { Clock } from '../ports/clock.ts';

export interface HealthOptions extends Health {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface HealthServer {
  /** As a client would write it: `http://127.0.0.1:9464`. */
  readonly address: string;
  close(): Promise<void>;
}

/** A loop that is older than this hangs. Far above its ticks, so that a busy machine is not restarted. */
const staleMilliseconds = 60_000;

/** A kubelet waits for a second: what is not even asked within two is not waited for, and that is looked after each second. */
const patience = {
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  headersTimeout: 2_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * Serves `/livez`, `/readyz` (`?verbose`) and `/metrics`: nothing private, nothing that changes anything. The check
 * lines follow kubernetes.io/docs/reference/using-api/health-checks.
 *
 * @throws BridgeError D2S_LISTEN_FAILED
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const server = fastify({
    // A scraper's idle connection must not keep the process from ending.
    forceCloseConnections: true,
    // Called for each address of a name: `localhost` has two.
    serverFactory: (answer) => limitConnections(createServer(patience).setTimeout(10_000), answer),
  });
  addRoutes(server, options);
  addAnswersToErrors(server);
  try {
    const address = await server.listen({ host: options.host, port: options.port });
    return { address, close: () => server.close() };
  } catch (error) {
    await server.close();
    throw listenError(options, error);
  }
}

function addRoutes(server: FastifyInstance, { clock, heartbeat, checks, metrics }: HealthOptions): void {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    done();
  });
  server.get('/livez', (_request, reply) => {
    const alive = clock.monotonic() - heartbeat() <= staleMilliseconds;
    return reply
      .code(alive ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(alive ? 'ok\n' : 'the scheduler has not run for more than 60 s\n');
  });
  server.get<{ Querystring: Record<string, unknown> }>('/readyz', (request, reply) => {
    const results = checks.map(({ name, isReady }) => ({ name, ready: isReady() }));
    const ready = results.every((result) => result.ready);
    const lines = results.map(
      (result) => `${result.ready ? '[+]' : '[-]'}${result.name} ${result.ready ? 'ok' : 'failed'}\n`,
    );
    const verbose = !ready || 'verbose' in request.query;
    const verdict = ready ? 'ok\n' : 'not ready\n';
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(verbose ? lines.join('') + verdict : verdict);
  });
  const render = createRendering(metrics, clock);
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await render()));
}

/** How old a text may be that is served: whoever asks again and again costs nothing, and no scraper asks more often. */
const freshMilliseconds = 1_000;

/** The metrics as bytes, which all who ask at the same time share. */
function createRendering(metrics: MetricsText, clock: Clock): () => Promise<Buffer> {
  let rendered: Promise<Buffer> | undefined;
  let at = 0;
  return () => {
    if (rendered !== undefined && clock.monotonic() - at < freshMilliseconds) return rendered;
    at = clock.monotonic();
    const own = metrics.metrics().then((text) => Buffer.from(text));
    own.catch(() => {
      rendered = undefined;
    });
    rendered = own;
    return own;
  };
}

/** Answers say what the client did wrong, and of ourselves only that something went wrong. */
function addAnswersToErrors(server: FastifyInstance): void {
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not found' }));
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    const fault = status >= 400 && status < 500;
    return reply.code(fault ? status : 500).send({ error: fault ? 'bad request' : 'internal error' });
  });
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'end the program that listens there (another dir2scim?), or set http.listen to another port',
  EACCES: 'ports below 1024 need a privilege; set http.listen to a higher one',
  EADDRNOTAVAIL: 'set http.listen to an address of this machine, or to 0.0.0.0',
  ENOTFOUND: 'set http.listen to an address of this machine, or to 0.0.0.0',
};

function listenError({ host, port }: HealthOptions, error: unknown): BridgeError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const remedy = remedies[code] ?? 'check http.listen';
  return new BridgeError('D2S_LISTEN_FAILED', `cannot listen on ${host}:${port} (${code})`, remedy, error);
}

import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { answerOver, listen, received } from './http.ts';
import { createScimService, type ScimService, type ScimServiceOptions } from './service.ts';

export interface ScimServerOptions extends ScimServiceOptions {
  /** 0, any free one, unless said. */
  readonly port?: number;
  /** PEM texts: serves https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface ScimServer extends ScimService {
  readonly port: number;
  stop(): Promise<void>;
}

/** A small SCIM server on 127.0.0.1. */
export async function startScimServer(options: ScimServerOptions = {}): Promise<ScimServer> {
  let origin = '';
  const service = createScimService(() => origin, options);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    answerOver(response, await service.receive(await received(request)));
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  const port = await listen(server, options.port ?? 0);
  origin = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  return {
    ...service,
    port,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

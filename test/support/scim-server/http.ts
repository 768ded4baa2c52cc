import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { endless, type Outcome, type Received } from './message.ts';

const longestBody = 64 * 1024 * 1024;

export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

export async function received(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > longestBody) throw new Error('the body is too long');
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  return { method: request.method ?? '', url: request.url ?? '/', headers, text: Buffer.concat(chunks).toString() };
}

export function answerOver(response: ServerResponse, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'answer':
      response.writeHead(outcome.status, outcome.headers).end(outcome.bytes);
      return;
    case 'cut':
      response.destroy();
      return;
    case 'hang':
      return;
    case 'endless':
      writeEndlessly(response, outcome.headers);
  }
}

/** Writes for as long as anybody reads. */
function writeEndlessly(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  response.writeHead(200, headers);
  const go = (): void => {
    while (!response.destroyed && response.write(endless.piece));
  };
  response.on('drain', go);
  response.write(endless.beginning);
  go();
}

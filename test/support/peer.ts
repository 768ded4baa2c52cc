import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A SCIM server that others wrote, as a process of its own (scripts/peers). */
export interface Peer {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Starts a peer. @throws Error when its packages are not installed: `npm test` does that */
export async function startPeer(name: 'polis' | 'scimmy-express5'): Promise<Peer> {
  const file = new URL(`../../scripts/peers/${name}.mjs`, import.meta.url).pathname;
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = once(child, 'exit');
  const line = once(createInterface(child.stdout), 'line');
  await Promise.race([line, ended]);
  if (child.exitCode !== null)
    throw new Error(
      `${name} did not start; are its packages installed (node scripts/setup.mjs --servers)?\n${errors.join('')}`,
    );
  const [text] = (await line) as [string];
  const { url, token } = JSON.parse(text) as { readonly url: string; readonly token: string };
  return {
    url,
    token,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

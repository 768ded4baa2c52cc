import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** A socket as systemd has it for a service. */
export async function notifySocket(context: TestContext, path: string): Promise<readonly string[]> {
  const messages: string[] = [];
  const receiver = spawn('perl', [join(import.meta.dirname, '../systemd/receive.pl'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => receiver.kill());
  const lines = createInterface(receiver.stdout);
  await once(lines, 'line');
  // A barrier of systemd-notify says nothing of the service.
  lines.on('line', (line) => line !== 'BARRIER=1' && messages.push(line));
  return messages;
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { freePort } from '../support/process.ts';
import { until } from '../support/until.ts';

const project = join(import.meta.dirname, '../..');

it('the commands of docs/tutorial.md lead to a hold, its notification, its alert and an approval', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-tutorial-'));
  t.after(() => rm(folder, { recursive: true }));
  const text = await readFile(join(project, 'docs/tutorial.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const [target, hook, http, prometheus] = [await freePort(), await freePort(), await freePort(), await freePort()];
  // Another folder and other ports, so that nothing of this machine is in the way; it is installed already.
  const script = `set -euo pipefail\nexport WIKI_TOKEN\n${blocks.join('\n')}\nkill $(jobs -p) || true`
    .replace('npm run -s setup\n', '')
    .replace("echo 'notify:", `echo 'http: { listen: "127.0.0.1:${http}" }' >> try/dir2scim.yaml\necho 'notify:`)
    .replaceAll(/\btry\b/g, folder)
    .replace(`mkdir ${folder} && `, '')
    .replaceAll('9464', String(http))
    .replaceAll('9490', String(prometheus))
    .replaceAll('9470', String(target))
    .replaceAll('9471', String(hook));
  const shell = spawn('bash', ['-c', script], { cwd: project, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const isAnyLeft = (signal: 0 | 'SIGKILL'): boolean => {
    try {
      return shell.pid !== undefined && process.kill(-shell.pid, signal);
    } catch {
      return false;
    }
  };
  t.after(() => isAnyLeft('SIGKILL'));
  let output = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (output += part));
  const [code] = (await once(shell, 'exit')) as [number | null];
  assert.equal(code, 0, output);
  await until('what the page started is gone', () => !isAnyLeft(0));
  assert.match(output, /12 users and 5 groups/);
  assert.match(output, /HELD 7 users to deactivate/);
  assert.match(output, /"condition":"held"/);
  assert.match(output, /ALERTS\{alertname="Dir2scimHeld".* => 1/);
  assert.match(output, /approved|released/);
  assert.match(output, /in step/);
});

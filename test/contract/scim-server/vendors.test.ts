import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { behaviourOf, vendors } from '../../support/scim-server/index.ts';
import { begin } from './stage.ts';

describe('vendors of the SCIM server', () => {
  it('are differences from a clean server, and each of them starts', async (context) => {
    for (const [name, behaviour] of Object.entries(vendors)) {
      const { server, ask } = await begin(context, behaviour, {});
      const { status } = await ask('GET', '/Users?count=1', undefined, { 'user-agent': 'test' });
      const { unfiltered } = behaviourOf(behaviour).list;
      assert.equal(status, behaviourOf(behaviour).bulk.only ? 404 : unfiltered === 'refused' ? 400 : 200, name);
      assert.deepEqual(server.violations, [], name);
    }
  });

  it('can be combined, the last one on top', () => {
    const { patch, users, http } = behaviourOf(
      vendors['github-emu'],
      { patch: { maxOperations: 5 } },
      { http: { basePath: '/x' } },
    );
    assert.deepEqual(
      [patch.valueFilters, patch.maxOperations, users.required.length, http.basePath, http.requiredHeaders],
      ['ignored', 5, 7, '/x', ['user-agent']],
    );
  });

  it('can be started by hand', async (context) => {
    const main = join(import.meta.dirname, '../../support/scim-server/main.ts');
    const child = spawn(process.execPath, [main, '--like', 'zoom', '--token', 't'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    context.after(() => child.kill());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const url = String((await lines.next()).value);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/scim2$/);
    assert.equal((await fetch(`${url}/Users`)).status, 401);
    assert.equal((await lines.next()).value, 'GET /Users 401');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runProgram } from '../support/program.ts';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office } from './support/people.ts';
import { createSite } from './support/site.ts';

const preload = `--import=${pathToFileURL(join(import.meta.dirname, 'support/early-hangup.ts')).href}`;

describe('SIGHUP while the program is still being loaded', () => {
  it('has the daemon read its configuration again as soon as it runs', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site, { NODE_OPTIONS: preload });
    await until('it is read again', () => daemon.said('config_reloaded'));
    assert.equal(daemon.log.find(({ event }) => event === 'config_reloaded')?.['because'], 'SIGHUP');
    daemon.kill('SIGTERM');
    assert.equal((await daemon.ended).code, 0);
  });

  it('ends every other command: the terminal is gone', async () => {
    await using site = await createSite({ company: office });
    for (const args of [['sync'], ['state', 'verify'], ['check']]) {
      const { signal } = await runProgram([...args, '--config', site.config], { NODE_OPTIONS: preload });
      assert.equal(signal, 'SIGHUP', args.join(' '));
    }
    assert.deepEqual(site.target.requests, []);
  });
});

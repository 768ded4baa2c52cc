import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office, officeWith } from './support/people.ts';
import { createSite } from './support/site.ts';

const changed = officeWith({ hector: { name: 'Hector Vandermeer', title: 'Navigator' } });

describe('a command that waits', { concurrency: 2 }, () => {
  for (const command of ['plan', 'check']) {
    it(`for a target that hangs says so after 3 s, and ends at once with Ctrl-C (${command})`, async () => {
      await using site = await createSite({ company: office });
      const lines: string[] = [];
      site.target.setFaults({ before: () => ({ kind: 'hang', applied: false }) });
      const running = await site.start(command);
      running.onLine((line) => lines.push(line));
      await until('it says for whom it waits', () =>
        lines.some((line) => /waiting for target wiki: no answer for 3 s/.test(line)),
      );
      const at = performance.now();
      const { code, signal, stderr } = await running.stop('SIGINT');
      assert.deepEqual([code, signal], [1, null]);
      assert.ok(performance.now() - at < 2_000, 'at once');
      assert.equal(stderr.split('\n').filter((line) => line.startsWith('D2S_INTERRUPTED: ')).length, 1, stderr);
    });
  }
});

describe('the daemon in operation', { concurrency: 2 }, () => {
  it('ends soon after SIGTERM when it only waits for a pause of the target, and not at all after SIGHUP', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    site.target.setFaults({
      before: ({ method }) =>
        method === 'GET' ? undefined : { kind: 'answer', status: 429, headers: { 'retry-after': '600' } },
    });
    await using daemon = await startDaemon(site);
    await until('it waits', async () =>
      /dir2scim_scim_throttled_total\{target="wiki"\} [1-9]/.test((await daemon.get('/metrics')).text),
    );
    daemon.kill('SIGHUP');
    await until('it reads its configuration again', () => daemon.said('config_reloaded'));
    await until('it waits again', async () =>
      /dir2scim_scim_throttled_total\{target="wiki"\} [2-9]/.test((await daemon.get('/metrics')).text),
    );
    assert.equal((await daemon.get('/livez')).status, 200);
    const at = performance.now();
    daemon.kill('SIGTERM');
    assert.equal((await daemon.ended).code, 0);
    assert.ok(performance.now() - at < 4_000, 'it did not wait for ten minutes, nor for the grace time');
  });

  it('does not call it a success while changes wait for a target that is down', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await daemon.moreCycles(1, 'success');
    await site.target.stop();
    const before = await daemon.cycles('success');
    await site.show(changed);
    await daemon.moreCycles(4, 'target_error');
    const { text } = await daemon.get('/metrics');
    assert.match(text, /^dir2scim_target_up\{target="wiki"\} 0$/m);
    assert.match(text, /^dir2scim_consecutive_failures\{target="wiki"\} [1-9]/m);
    assert.ok((await daemon.cycles('success')) - before <= 1, 'but for one that was under way');
    assert.match((await site.run('status')).stdout, /wiki: failing\n[\s\S]*failing {7}since/);
    assert.equal(
      daemon.log.filter(({ event, level }) => event === 'cycle_finished' && level === 'error').length,
      1,
      daemon.text(),
    );
  });

  it('finds out that a token is revoked while nothing is to be done', async () => {
    await using site = await createSite({
      company: office,
      sections: daemonSections.replace('poll: 300ms', 'poll: 300ms, probe: 1s'),
    });
    await using daemon = await startDaemon(site);
    await daemon.moreCycles(1, 'success');
    site.target.setFaults({ before: () => ({ kind: 'answer', status: 401 }) });
    await until('it says so', () =>
      daemon.log.some(({ event, code }) => event === 'target_probed' && code === 'D2S_TARGET_AUTH'),
    );
    await until('the metric says so', async () =>
      /^dir2scim_target_up\{target="wiki"\} 0$/m.test((await daemon.get('/metrics')).text),
    );
    site.target.setFaults({});
    await until('it is over', async () =>
      /^dir2scim_target_up\{target="wiki"\} 1$/m.test((await daemon.get('/metrics')).text),
    );
  });

  it('does not start without its secrets', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await rm(join(site.folder, 'token'));
    const { code, stderr } = await site.run('run');
    assert.deepEqual([code, /^D2S_SECRET_UNREADABLE: /m.test(stderr)], [2, true], stderr);
  });
});

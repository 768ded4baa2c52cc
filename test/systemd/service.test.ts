import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { daemonSections, startDaemon } from '../e2e/support/daemon.ts';
import { office, officeWithout, personalWords } from '../e2e/support/people.ts';
import { createSite } from '../e2e/support/site.ts';
import { notifySocket } from '../support/notify-socket.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const unit = join(import.meta.dirname, '../../deploy/systemd/dir2scim.service');

describe('the unit for systemd', () => {
  it('exposes no more than 1.5 of 10', async () => {
    const args = ['security', '--offline=true', '--no-pager', '--threshold=15', unit];
    const { stdout } = await run('systemd-analyze', args);
    assert.match(stdout, /Overall exposure level for dir2scim\.service: [01]\.\d/);
  });

  it('is understood, but for the program that is not installed here', async () => {
    const { stderr } = await run('systemd-analyze', ['verify', unit]).catch(
      (error: unknown) => error as { stderr: string },
    );
    const complaints = stderr.split('\n').filter((line) => line !== '' && !line.includes('is not executable'));
    assert.deepEqual(complaints, []);
  });

  it('gives requests in flight their time, and does not start again what cannot work', async () => {
    const text = await readFile(unit, 'utf8');
    const value = (key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
    assert.ok(Number(value('TimeoutStopSec')) > 30);
    assert.equal(value('RestartPreventExitStatus'), '2 4');
    assert.equal(value('Type'), 'notify');
    assert.equal(value('ExecReload'), '/bin/kill -HUP $MAINPID');
    const folder = dirname(/^ExecStart=(\S+)/m.exec(text)?.[1] ?? '');
    assert.ok(value('Environment=PATH')?.startsWith(`${folder}:`) === true, 'the Node that was installed beside it');
  });
});

describe('a daemon that systemd started', () => {
  it('tells when it is ready, how its targets are, that it lives, reads its configuration again and stops', async (context) => {
    await using site = await createSite({ company: office, sections: daemonSections });
    const socket = join(site.folder, 'notify.sock');
    const messages = await notifySocket(context, socket);
    const said = (text: string) => () => messages.includes(text);
    await using daemon = await startDaemon(site, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '600000' });
    await until('it is ready', said('READY=1'));
    await until('its status is told', said('STATUS=wiki: in step'));
    await until('the watchdog is fed', () => messages.filter((message) => message === 'WATCHDOG=1').length > 2);
    await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
    await until('the hold is told', said('STATUS=wiki: something is held'));
    daemon.kill('SIGHUP');
    const reload = (): number => messages.findIndex((message) => message.startsWith('RELOADING=1'));
    await until('the reload is told', () => reload() >= 0);
    // sd_notify(3): what `Type=notify-reload` (systemd 253) asks for. The clock of the machine, as this process sees it.
    const [, at = 'NaN'] = /^RELOADING=1;MONOTONIC_USEC=(\d+)$/.exec(messages[reload()] ?? '') ?? [];
    assert.ok(Math.abs(Number(process.hrtime.bigint() / 1_000n) - Number(at)) < 60_000_000, at);
    await until('its end is told', () => messages.lastIndexOf('READY=1') > reload());
    daemon.kill('SIGTERM');
    assert.equal((await daemon.ended).code, 0);
    await until('the end is told', () => messages.some((message) => message.startsWith('STOPPING=1;STATUS=stopping')));
    for (const word of personalWords) assert.ok(!messages.join('\n').toLowerCase().includes(word.toLowerCase()), word);
  });

  it('lives on when nobody hears it, and says so once, with what to do', async () => {
    const unheard = [
      [{ PATH: '/nonexistent' }, 'missing', /install systemd-notify .* Type=exec/],
      [{ WATCHDOG_USEC: 'often' }, 'failed', /NOTIFY_SOCKET/],
    ] as const;
    for (const [environment, because, remedy] of unheard) {
      await using site = await createSite({ company: office, sections: daemonSections });
      const socket = join(site.folder, 'nobody.sock');
      await using daemon = await startDaemon(site, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '100000', ...environment });
      await until('it is told', () => daemon.said('service_manager_unheard'));
      await daemon.moreCycles(2, 'success');
      const lines = daemon.log.filter(({ event }) => event === 'service_manager_unheard');
      assert.deepEqual(
        lines.map((line) => line['because']),
        [because],
      );
      assert.match(String(lines[0]?.['msg']), remedy);
    }
  });

  it('feeds no watchdog that is meant for another process', async (context) => {
    await using site = await createSite({ company: office, sections: daemonSections });
    const socket = join(site.folder, 'notify.sock');
    const messages = await notifySocket(context, socket);
    const environment = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '100000', WATCHDOG_PID: '1' };
    await using daemon = await startDaemon(site, environment);
    await until('it is ready', () => messages.includes('READY=1'));
    await daemon.moreCycles(2, 'success');
    assert.ok(!messages.includes('WATCHDOG=1'));
  });
});

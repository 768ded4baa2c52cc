import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { companyLdif } from '../e2e/support/company.ts';
import { startDaemon } from '../e2e/support/daemon.ts';
import { office, officeWithout } from '../e2e/support/people.ts';
import { createSite, type Site } from '../e2e/support/site.ts';
import { freePort } from '../support/process.ts';
import { slapdSuffix } from '../support/slapd.ts';
import { until } from '../support/until.ts';
import { watch } from './watched.ts';

const run = promisify(execFile);
const day = 24 * 60 * 60_000;

/** The clock of the next daemon, so far ahead. */
const ahead = (milliseconds: number) => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'clock-ahead.ts')).href}`,
  CLOCK_AHEAD: String(milliseconds),
});

/** An export of OpenLDAP, as old as it says. */
async function showExport(site: Site, company: typeof office, hour: number): Promise<void> {
  const stamp = `202611010${hour}0000.000000Z#000000#001#000000`;
  const root = `dn: ${slapdSuffix}\nobjectClass: organization\no: Example\nentryUUID: 10000000-0000-4000-8000-000000000100\nentryCSN: ${stamp}\ncontextCSN: ${stamp}\n`;
  await site.showLdif(`${root}\n${companyLdif(company).replaceAll(/^entryUUID/gm, `entryCSN: ${stamp}\nentryUUID`)}`);
}

describe('a week of the host of a daemon, as Prometheus sees it', () => {
  it('fires what its clock, its disk, its files and its restarts are about, each in its scene and none beside it', async () => {
    const port = await freePort();
    await using site = await createSite({
      removal: 'leaves: deactivate, deleteAfter: 30d',
      sections: `schedule: { poll: 300ms }\nhttp: { listen: "127.0.0.1:${port}" }\nlog: { format: json }`,
    });
    // A disk of its own, which can be full: only root can make one. The servers of other tests need root as well.
    await mkdir(site.state);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'none', site.state]);
    try {
      await showExport(site, office, 1);
      let daemon = await startDaemon(site);
      const startAgain = async (environment: Readonly<Record<string, string>> = {}): Promise<void> => {
        daemon.kill('SIGKILL');
        await daemon.ended;
        daemon = await startDaemon(site, environment);
      };
      try {
        await using watched = await watch(`127.0.0.1:${port}`);
        await until('everyone is there', () => site.target.users().length === 8);
        await watched.quiet('the first load');

        await showExport(site, officeWithout('hector'), 2);
        await until('who left is off', () => site.target.users().some(({ active }) => active === false));
        await showExport(site, office, 1);
        await watched.scene('the file is older', ['Dir2scimOlderDataHeld', 'Dir2scimHeld'], ['Dir2scimNotInStep']);
        await showExport(site, officeWithout('hector'), 3);
        await watched.quiet('the older file');

        const filler = join(site.state, 'filler');
        const { bavail, bsize } = await statfs(site.state);
        await writeFile(filler, Buffer.alloc(bavail * bsize));
        const promoted = Object.entries(office.people)
          .filter(([uid]) => uid !== 'hector')
          .map(([uid, person]) => [uid, { ...person, title: 'Navigator' }] as const);
        await showExport(site, { ...office, people: Object.fromEntries(promoted) }, 4);
        await watched.scene('the disk is full', ['Dir2scimStateNotWritable'], ['Dir2scimFailing', 'Dir2scimNotInStep']);
        await rm(filler);
        await watched.quiet('the full disk');

        await startAgain(ahead(60 * day));
        await watched.scene(
          'the clock is ahead',
          ['Dir2scimClockLeap', 'Dir2scimHeld'],
          ['Dir2scimNotInStep', 'Dir2scimDown'],
        );
        await startAgain();
        await watched.quiet('the leap');

        for (let start = 0; start < 5; start += 1) {
          await startAgain();
          await daemon.moreCycles(1, 'success');
        }
        await watched.scene('it is started again and again', ['Dir2scimRestarting'], ['Dir2scimDown']);
        await watched.quiet('the restarts');
        assert.deepEqual(site.target.violations, []);
      } finally {
        await daemon[Symbol.asyncDispose]();
      }
    } finally {
      await run('umount', ['--lazy', site.state]);
    }
  });
});

import assert from 'node:assert/strict';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { daemonSections, startDaemon } from '../e2e/support/daemon.ts';
import { office, officeWith, officeWithout } from '../e2e/support/people.ts';
import { createSite } from '../e2e/support/site.ts';
import { until } from '../support/until.ts';
import { watch } from './watched.ts';

/** Whatever keeps a target from being in step makes these fire, too, when it lasts. */
const lasting = ['Dir2scimFailing', 'Dir2scimNotInStep'];

describe('a day of a daemon, as Prometheus sees it', () => {
  it('fires each alert in its scene and none beside it, and fills every panel of the dashboard', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    const address = String(daemon.log.find(({ event }) => event === 'http_started')?.['address']);
    await using watched = await watch(new URL(address).host);

    await until('everyone is there', () => site.target.users().length === 8);
    await watched.quiet('the first load');

    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Captain' } }));
    await watched.quiet('a change');

    await rename(site.ldif, `${site.ldif}.away`);
    await watched.scene('the directory is down', ['Dir2scimDirectoryNotRead'], lasting);
    await rename(`${site.ldif}.away`, site.ldif);
    await watched.quiet('the directory');

    site.target.setFaults({ before: () => ({ kind: 'answer', status: 429, headers: { 'retry-after': '1' } }) });
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Major' } }));
    await watched.scene('the target asks to wait', ['Dir2scimThrottled'], [...lasting, 'Dir2scimTargetDown']);
    site.target.setFaults({});
    await watched.quiet('throttling');

    site.target.setFaults({ before: () => ({ kind: 'cut', applied: false }) });
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Colonel' } }));
    await watched.scene('the target does not answer', ['Dir2scimTargetDown'], lasting);
    site.target.setFaults({});
    await watched.quiet('the target');

    site.target.setFaults({ before: ({ method }) => (method === 'GET' ? undefined : { kind: 'answer', status: 400 }) });
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Brigadier' } }));
    await watched.scene('a change is refused', lasting);
    site.target.setFaults({});
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Admiral' } }));
    await watched.quiet('the refusal');

    site.target.setFaults({ before: () => ({ kind: 'answer', status: 401 }) });
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'General' } }));
    await watched.scene('the token is refused', ['Dir2scimTokenRefused', 'Dir2scimTargetDown'], lasting);
    site.target.setFaults({});
    await watched.quiet('the token');

    const token = join(site.folder, 'token');
    await rename(token, `${token}.away`);
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Marshal' } }));
    await watched.scene('the secret is gone', ['Dir2scimSecretMissing'], [...lasting, 'Dir2scimTargetDown']);
    await rename(`${token}.away`, token);
    await watched.quiet('the secret');

    await site.show(officeWithout('hector', 'giselle', 'fergus', 'celeste', 'dorian'));
    await watched.scene('removals are held', ['Dir2scimHeld'], ['Dir2scimNotInStep']);
    const hold = String(daemon.log.find(({ event }) => event === 'held')?.['hold']);
    assert.equal((await site.run('approve', hold)).code, 0);
    await watched.quiet('the approval');

    const good = await readFile(site.config, 'utf8');
    await writeFile(
      site.config,
      good.replace('    removal:', '    users: { map: { title: "bit(uid, 2) ? sn : cn" } }\n    removal:'),
    );
    await watched.scene('entries are rejected', ['Dir2scimRejected'], lasting);
    await writeFile(site.config, good);
    await watched.quiet('the rejected entries');

    await writeFile(site.config, good.replace('removal:', 'removals:'));
    await watched.scene('the configuration is wrong', ['Dir2scimConfigReloadFailed']);
    await writeFile(site.config, good);
    await watched.quiet('the configuration');

    daemon.kill('SIGTERM');
    await daemon.ended;
    await watched.scene('the daemon is down', ['Dir2scimDown']);
    await rm(site.config, { force: true });

    assert.deepEqual(watched.emptyPanels(), [], 'panels without data');
  });
});

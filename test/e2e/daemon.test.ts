import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office, officeWith, officeWithout, personalWords } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

const userOf = ({ target }: Site, name: string) => target.users().find(({ userName }) => userName === name);
const complete = ({ target }: Site) =>
  target.users().length === 8 && target.groups().every((group) => Array.isArray(group['members']));

describe('the daemon', { concurrency: 2 }, () => {
  it('answers, loads everyone, passes a change on in the next cycle, and sends nothing when nothing changes', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    assert.deepEqual(await daemon.get('/livez'), { status: 200, text: 'ok\n' });
    assert.equal((await daemon.get('/readyz')).status, 200);
    await until('everyone is there', () => complete(site));
    await daemon.moreCycles(1);

    site.target.clearRequests();
    const before = await daemon.cycles();
    await site.show(officeWith({ elodie: { name: 'Elodie Brightwater', title: 'Captain' } }));
    await until('the title is there', () => userOf(site, 'elodie')?.['title'] === 'Captain');
    // The cycle that was on its way, the one that sends it, and one that ended while this was looked at.
    const cycles = (await daemon.cycles()) - before;
    assert.ok(cycles <= 3, `${cycles} cycles`);
    assert.deepEqual(
      site.target.requests.map(({ method }) => method),
      ['PATCH'],
    );

    await daemon.moreCycles(1);
    site.target.clearRequests();
    await daemon.moreCycles(4, 'success');
    assert.deepEqual(site.target.requests, []);
    assert.deepEqual(site.target.violations, []);
  });

  it('keeps people and secrets out of metrics, logs and state', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => complete(site));
    await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
    await until('the removals are held', () => daemon.said('held'));
    site.target.setFaults({
      before: () => ({ kind: 'answer', status: 400, body: { detail: 'Amara Osterholm is no good' } }),
    });
    await site.show(officeWith({ bastian: { name: 'Bastian Quillfeather', title: 'Admiral' } }));
    await until('a failure is told', () => daemon.said('operation_finished'));
    await daemon.moreCycles(1);
    const { text: metrics } = await daemon.get('/metrics');
    const files = (await readdir(site.state, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
    const state = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')));
    assert.ok(state.join('').length > 1_000 && metrics.length > 1_000 && daemon.text().length > 100);
    for (const [where, text] of [
      ['metrics', metrics],
      ['log', daemon.text()],
      ['state', state.join('\n')],
    ] as const) {
      for (const word of [...personalWords, site.token])
        assert.ok(!text.toLowerCase().includes(word.toLowerCase()), `${word} in ${where}`);
    }
  });

  it('refuses a second one on the same state, and lets others look and approve meanwhile', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => complete(site));
    const second = await site.run('run');
    assert.equal(second.code, 4);
    assert.match(second.stderr, /^D2S_STATE_LOCKED: /m);
    assert.ok(second.stderr.includes(String(daemon.pid)), second.stderr);

    await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
    await until('the removals are held', () => daemon.said('held'));
    await daemon.moreCycles(1, 'held');
    assert.ok(site.target.users().every(({ active }) => active === true));
    assert.match((await site.run('status')).stdout, /held by the guard/);
    const plan = await site.run('plan');
    assert.equal(plan.code, 3, plan.stderr);
    const explained = await site.run('explain', 'amara');
    assert.deepEqual([explained.code, explained.stdout.includes('Osterholm')], [0, true]);
    const [, holdId = ''] = / approve (hold-\w+)/.exec(plan.stdout) ?? [];
    assert.equal((await site.run('approve', holdId)).code, 0);
    await until(
      'the removals are released',
      () => site.target.users().filter(({ active }) => active === false).length === 6,
      { milliseconds: 5_000 },
    );
    await daemon.moreCycles(1, 'success');
  });
});

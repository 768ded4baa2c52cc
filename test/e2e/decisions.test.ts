import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ProgramResult } from '../support/program.ts';
import { startScimServer } from '../support/scim-server/server.ts';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { idOf } from './support/company.ts';
import { office, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

const run = promisify(execFile);
const leavers = ['hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'];

/** A site whose six leavers are more than the guard lets go. */
async function withAccident(options: Parameters<typeof createSite>[0] = {}): Promise<Site> {
  const site = await createSite({ company: office, ...options });
  assert.equal((await site.run('sync')).code, 0);
  await site.show(officeWithout(...leavers));
  return site;
}

const inactive = ({ target }: Site): unknown[] =>
  target
    .users()
    .filter(({ active }) => active === false)
    .map(({ userName }) => userName)
    .sort();
const holdOf = ({ stdout }: ProgramResult): string => / approve (hold-[0-9a-f]{12})/.exec(stdout)?.[1] ?? '';
const planOf = ({ stdout }: ProgramResult): string => /(plan-[0-9a-f]{12})/.exec(stdout)?.[1] ?? '';
const parse = ({ stdout }: ProgramResult): Record<string, unknown> => ({ ...(JSON.parse(stdout) as object) });

describe('approve and reject', { concurrency: 2 }, () => {
  it('take what plan shows at once, before any cycle has held it', async () => {
    await using site = await withAccident();
    const plan = await site.run('plan');
    assert.equal((await site.run('approve', holdOf(plan))).code, 0);
    assert.match(
      (await site.run('status')).stdout,
      new RegExp(`approve of ${holdOf(plan)} by ${userInfo().username} at .*waits`),
    );
    assert.equal((await site.run('plan')).code, 10, 'it would be carried out');
    assert.equal((await site.run('sync')).code, 0);
    assert.deepEqual(inactive(site), leavers.toSorted());
    assert.deepEqual(await readdir(join(site.state, 'decisions')), []);
  });

  it('print the command as it has to be typed here, ready to be copied', async () => {
    await using site = await withAccident();
    const command = `npm run -s dir2scim -- approve ${holdOf(await site.run('plan'))} --config ${site.config}`;
    for (const result of [
      await site.run('plan'),
      await site.run('sync'),
      await site.run('status'),
      await site.run('explain', 'hector'),
    ]) {
      assert.ok(result.stdout.includes(command), result.stdout);
    }
  });

  it('cannot be given the id of a plan: the right one is named', async () => {
    await using site = await withAccident();
    const plan = await site.run('plan');
    assert.ok(planOf(plan) !== '' && holdOf(plan) !== '');
    const wrong = await site.run('approve', planOf(plan));
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      new RegExp(
        `D2S_PLAN_NOT_HELD: ${planOf(plan)} is the id of the whole plan.*approve --config \\S+ ${holdOf(plan)}`,
      ),
    );
    const slip = await site.run('approve', 'hold-000000000000');
    assert.deepEqual([slip.code, slip.stderr.includes(holdOf(plan))], [2, true]);
    const old = await site.run('approve', '2ba102f94dbc');
    assert.deepEqual([old.code, old.stderr.includes(holdOf(plan))], [2, true], 'of an earlier version');
  });

  it('are about one target: equal holds of two have ids of their own', async () => {
    const chat = await startScimServer({ token: 'canary-token-7f3a91' });
    try {
      await using site = await createSite({ company: office });
      await site.reconfigure((text) =>
        text.replace(
          /^targets:\n((?: {2}.*\n?)+)/m,
          (all, own: string) =>
            `${all.trimEnd()}\n${own.replace('  wiki:', '  chat:').replace(site.target.url, chat.url)}`,
        ),
      );
      assert.equal((await site.run('sync')).code, 0);
      await site.show(officeWithout(...leavers));
      const sync = await site.run('sync', '--json');
      const [wiki = '', other = ''] = [...sync.stdout.matchAll(/"holdId": "(hold-\w+)"/g)].map(
        (match) => match[1] ?? '',
      );
      assert.ok(wiki !== '' && other !== '' && wiki !== other, sync.stdout);
      const misplaced = await site.run('approve', wiki, '--target', 'chat');
      assert.deepEqual(
        [misplaced.code, /is a hold of wiki, not of chat/.test(misplaced.stderr)],
        [2, true],
        misplaced.stderr,
      );
      assert.equal((await site.run('approve', wiki, '--target', 'wiki')).code, 0);
      assert.equal((await site.run('sync')).code, 3);
      assert.equal(inactive(site).length, 6);
      assert.ok(chat.users().every(({ active }) => active !== false));
      assert.equal((await site.run('reject', other)).code, 0);
      assert.equal((await site.run('sync')).code, 0);
      assert.ok(chat.users().every(({ active }) => active !== false));
    } finally {
      await chat.stop();
    }
  });

  it('say who decided what and when, and take a rejection back', async () => {
    await using site = await withAccident();
    const holdId = holdOf(await site.run('plan'));
    assert.equal((await site.run('reject', holdId)).code, 0);
    assert.equal((await site.run('sync')).code, 0);
    const told = new RegExp(`undone +6 users to deactivate, rejected by ${userInfo().username} at \\d{4}-`);
    for (const result of [await site.run('status'), await site.run('plan')]) assert.match(result.stdout, told);
    assert.match(
      (await site.run('explain', 'hector')).stdout,
      new RegExp(`rejected: deactivate.*\\n(.*\\n)* *undone +rejected by ${userInfo().username} at`),
    );
    const { targets } = parse(await site.run('status', '--json')) as {
      readonly targets: readonly { readonly decisions: { readonly last: readonly Record<string, unknown>[] } }[];
    };
    const [{ at, ...decision } = {}] = targets[0]?.decisions.last ?? [];
    assert.match(String(at), /^\d{4}-.*Z$/);
    assert.deepEqual(decision, {
      target: 'wiki',
      holdId,
      decision: 'reject',
      by: { via: 'shell', user: userInfo().username },
      early: true,
      end: 'taken',
      counts: { deactivate: 6 },
    });
    assert.match((await site.run('reject', holdId)).stdout, /Rejected already/);
    const back = await site.run('approve', holdId);
    assert.deepEqual([back.code, /taken back/.test(back.stdout)], [0, true], back.stdout + back.stderr);
    assert.equal((await site.run('sync')).code, 0);
    assert.equal(inactive(site).length, 6);
  });

  it('pass over what lies in decisions/ and is none, with a word', async () => {
    await using site = await withAccident();
    const holdId = holdOf(await site.run('plan'));
    assert.equal((await site.run('approve', holdId)).code, 0);
    await writeFile(
      join(site.state, 'decisions', '2ba102f94dbc.json'),
      JSON.stringify({ planId: '2ba102f94dbc', decision: 'approve', at: new Date().toISOString() }),
    );
    await writeFile(join(site.state, 'decisions', 'notes.json'), 'to do');
    const sync = await site.run('sync');
    assert.deepEqual([sync.code, inactive(site).length], [0, 6], sync.stderr);
    assert.match(sync.stderr, /decisions\/2ba102f94dbc\.json is of an earlier version and names no target/);
    assert.match(sync.stderr, /decisions\/notes\.json is no decision/);
    assert.match((await site.run('status')).stdout, /decisions\/notes\.json: is no decision/);
  });
});

describe('explain --push', { concurrency: 2 }, () => {
  it('carries out one person alone, out of a hold, and asks before', async () => {
    await using site = await withAccident();
    assert.equal((await site.run('sync')).code, 3);
    const unasked = await site.run('explain', 'hector', '--push');
    assert.deepEqual(
      [unasked.code, /D2S_USAGE: .*1 user to deactivate.*--yes/.test(unasked.stderr), inactive(site)],
      [2, true, []],
      unasked.stderr,
    );
    const pushed = await site.run('explain', 'hector', '--push', '--yes');
    assert.deepEqual([pushed.code, inactive(site)], [0, ['hector']], pushed.stderr + pushed.stdout);
    const after = parse(await site.run('plan', '--json'));
    assert.match(JSON.stringify(after), /"findings":\[.*"planned":5/);
    assert.equal((await site.run('explain', 'hector', '--push', '--yes')).code, 0, 'nothing more to send');
  });

  it('asks whoever sits at the terminal, and takes nothing but a yes for one', async () => {
    await using site = await withAccident();
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    const command = `"${process.execPath}" "${main}" explain ${idOf('hector')} --push --config "${site.config}"`;
    const answer = (word: string) =>
      run('bash', [
        '-c',
        `(while ! grep -qs "y/N" "$0"; do sleep 0.05; done; echo ${word}) | script --quiet --return --flush --command '${command}' "$0"`,
        join(site.folder, `typed-${word}`),
      ]);
    assert.match((await answer('no')).stdout, /Send now: 1 user to deactivate[^?]*on wiki\?.*Nothing was sent/s);
    assert.deepEqual(inactive(site), []);
    await answer('yes');
    assert.deepEqual(inactive(site), ['hector']);
  });

  it('leaves it to the daemon that holds the state', async () => {
    await using site = await createSite({ company: office, sections: daemonSections });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === Object.keys(office.people).length);
    await site.show(officeWithout(...leavers));
    await until('the removals are held', () => daemon.said('held'));
    const pushed = await site.run('explain', 'giselle', '--push', '--yes', '--json');
    assert.deepEqual(
      [pushed.code, parse(pushed)['pushed']],
      [0, [{ target: 'wiki', leftTo: 'daemon' }]],
      pushed.stderr,
    );
    await until('she is off', () => inactive(site).length > 0, { milliseconds: 5_000 });
    await daemon.moreCycles(2, 'held');
    assert.deepEqual(inactive(site), ['giselle'], 'and nobody else');
    assert.ok(daemon.said('decided'));
  });

  it('ends with 1 when the target does not take it, and leaves the rest of the plan alone', async () => {
    await using site = await withAccident();
    assert.equal((await site.run('sync')).code, 3);
    site.target.setFaults({
      before: ({ method }) =>
        ['PATCH', 'PUT'].includes(method) ? { kind: 'answer', status: 400, body: {} } : undefined,
    });
    const pushed = await site.run('explain', 'hector', '--push', '--yes');
    assert.deepEqual([pushed.code, /failed deactivate/.test(pushed.stdout)], [1, true], pushed.stdout);
    site.target.setFaults({ before: () => undefined });
    assert.equal((await site.run('sync')).code, 3, 'what is left of the push is done, the others stay held');
    assert.deepEqual(inactive(site), ['hector']);
  });
});

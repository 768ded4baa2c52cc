import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { serveOnLoopback } from '../support/loopback.ts';
import { until } from '../support/until.ts';
import { daemonSections, startDaemon } from './support/daemon.ts';
import { office, officeWithout, personalWords } from './support/people.ts';
import { createSite } from './support/site.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Somebody who takes notifications. `status` is asked for each. */
async function receiver(context: TestContext, status: (path: string) => number | 'silence' = () => 204) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      received.push({ path, headers: request.headers, text, body: JSON.parse(text) as Received['body'] });
      const answer = status(path);
      if (answer !== 'silence') response.writeHead(answer).end();
    });
  });
  const url = await serveOnLoopback(context, server);
  const at = (path: string): Received[] => received.filter((one) => one.path === path);
  const conditions = (path: string): string[] => at(path).map(({ body }) => String(body['condition']));
  return { url, received, at, conditions };
}

const leavers = ['hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'] as const;
const hookSecret = 'canary-hook-5d2e77';

describe('notifications', { concurrency: 2 }, () => {
  it('tell of a hold, of failures and of their end, signed, once each, and name nobody', async (context) => {
    const hooks = await receiver(context);
    await using site = await createSite({
      company: office,
      sections: `${daemonSections}
notify:
  - { webhook: "${hooks.url}/json", secret: { env: HOOK_SECRET } }
  - { webhook: { env: SLACK_URL }, format: slack, on: [held] }
  - { webhook: "${hooks.url}/teams", format: teams, on: [failing] }`,
    });
    await using daemon = await startDaemon(site, { HOOK_SECRET: hookSecret, SLACK_URL: `${hooks.url}/slack-canary` });
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(2);
    await site.show(officeWithout(...leavers));
    await until('the hold is told', () => hooks.conditions('/json').includes('held'));
    await daemon.moreCycles(3, 'held');
    await site.show(office);
    await until('its end is told', () => hooks.conditions('/json').includes('recovered'));
    await rm(site.ldif);
    await until('the failures are told', () => hooks.conditions('/json').includes('failing'));
    await daemon.moreCycles(3);
    await site.show(office);
    await until('their end is told', () => hooks.conditions('/json').length === 4);

    assert.deepEqual(hooks.conditions('/json'), ['held', 'recovered', 'failing', 'recovered']);
    const [held, , failing] = hooks.at('/json');
    assert.deepEqual(held?.body['hold'], {
      holdId: (held?.body['hold'] as { holdId: string }).holdId,
      operations: { deactivate: 6, members: 1 },
      findings: ['removals'],
    });
    assert.equal((failing?.body['failing'] as { code: string }).code, 'D2S_DIRECTORY_UNREACHABLE');
    for (const { headers, text } of hooks.at('/json')) {
      const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
      const expected = createHmac('sha256', hookSecret).update(content).digest('base64');
      assert.equal(headers['webhook-signature'], `v1,${expected}`);
    }
    assert.equal(hooks.at('/slack-canary').length, 1);
    assert.match(String(hooks.at('/slack-canary')[0]?.body['text']), /held.*wiki[\s\S]*approve --config \S+ hold-/);
    assert.equal(hooks.at('/teams').length, 1);
    const said = [daemon.text(), (await daemon.get('/metrics')).text, ...hooks.received.map(({ text }) => text)];
    for (const word of [...personalWords, site.token, hookSecret, 'slack-canary'])
      assert.ok(!said.some((text) => text.toLowerCase().includes(word.toLowerCase())), word);
  });

  it('never hold a cycle up: somebody who does not answer is told of in the log', async (context) => {
    const hooks = await receiver(context, (path) => (path === '/silent' ? 'silence' : 404));
    await using site = await createSite({
      company: office,
      sections: `${daemonSections}
notify: [{ webhook: "${hooks.url}/silent" }, { webhook: "${hooks.url}/gone" }]`,
    });
    await using daemon = await startDaemon(site);
    await until('everyone is there', () => site.target.users().length === 8);
    await daemon.moreCycles(1);
    await site.show(officeWithout(...leavers));
    await until('both were asked', () => hooks.received.length === 2);
    await daemon.moreCycles(5);
    await until('the log says so', () => daemon.said('notified'));
    const line = daemon.log.find(({ event }) => event === 'notified');
    assert.equal(line?.['problem'], 'HTTP 404');
    assert.ok(!daemon.text().includes('/gone'));
    const { text } = await daemon.get('/metrics');
    assert.match(text, /^dir2scim_notifications_total\{condition="held",outcome="failed"\} 1$/m);
    daemon.kill('SIGTERM');
    assert.equal((await daemon.ended).code, 0);
  });

  it('can be tried: dir2scim notify test', async (context) => {
    const hooks = await receiver(context, (path) => (path === '/good' ? 200 : 403));
    await using site = await createSite({
      company: office,
      sections: `notify: [{ webhook: "${hooks.url}/good", format: slack }, { webhook: { file: hook-url } }]`,
    });
    await writeFile(join(site.folder, 'hook-url'), `${hooks.url}/bad-canary\n`);
    const host = new URL(hooks.url).host;
    const { code, stdout, stderr } = await site.run('notify', 'test');
    assert.equal(`${stdout}${stderr}`, `✓ ${host} took the test\n✗ notify[1]: HTTP 403\n`);
    assert.equal(code, 1);
    assert.match(String(hooks.at('/good')[0]?.body['text']), /dir2scim: test/);
    const json = JSON.parse((await site.run('notify', 'test', '--json')).stdout) as unknown;
    assert.deepEqual(json, {
      notifiers: [
        { notifier: host, delivery: { ok: true } },
        { notifier: 'notify[1]', delivery: { ok: false, problem: 'HTTP 403', again: false } },
      ],
    });
  });

  it('need somebody to tell, and an address that nobody can listen to', async () => {
    await using site = await createSite({ company: office });
    const nobody = await site.run('notify', 'test');
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /^D2S_USAGE: the configuration names nobody under notify/);
    await site.reconfigure((text) => `${text}\nnotify: [{ webhook: "http://ops.example/hook" }]\n`);
    const open = await site.run('notify', 'test');
    assert.equal(open.code, 2);
    assert.match(
      open.stderr,
      /^D2S_CLEARTEXT_REFUSED: .*dir2scim\.yaml:\d+:\d+.*what is told would travel to ops\.example in clear text/s,
    );
    await site.reconfigure((text) => text.replace('http://ops.example/hook', 'ops.example'));
    assert.match(
      (await site.run('notify', 'test')).stderr,
      /^D2S_CONFIG_INVALID: .*this is not an http or https address/s,
    );
  });
});

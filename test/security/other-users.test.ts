import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openToAll } from '../../src/adapters/ldif/open-to-all.ts';
import { openStateStore } from '../../src/adapters/lowdb/open-store.ts';
import { openStateView } from '../../src/adapters/lowdb/open-view.ts';
import { mayBePlanted, ownUser } from '../../src/adapters/lowdb/shared/owner.ts';
import { readAuthorities, readPem } from '../../src/config/authorities.ts';
import { createSite } from '../e2e/support/site.ts';
import { idOf } from '../e2e/support/company.ts';
import { createCertificates } from '../support/tls.ts';

/*
 * Other users of the same host. Whoever runs this as root becomes two of them; without root, what takes another user is
 * shown on the rule alone (`mayBePlanted`).
 */

const isRoot = process.getuid?.() === 0;
const service = 64_242;
const other = 64_243;

const clock = { now: () => Date.parse('2026-03-01T00:00:00Z') };
const decision = {
  target: 'wiki',
  holdId: 'hold-0123456789ab',
  decision: 'approve',
  at: '2026-03-01T00:00:00Z',
} as const;

async function folderOf(context: TestContext): Promise<string> {
  // Where root runs the tests, another user has to reach it: TMPDIR may be root's alone.
  const folder = await mkdtemp(join(isRoot ? '/tmp' : tmpdir(), 'dir2scim-users-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Runs a program with these rights; resolves with its code and what it complained about. */
async function runAs(
  uid: number,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [...args], {
    uid,
    gid: uid,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

describe('root beside a service that runs as somebody else', () => {
  it('leaves nothing behind that the service cannot read or write', async () => {
    if (!isRoot) return;
    await using site = await createSite({ company: { people: { ada: { name: 'Ada Okafor' } }, groups: {} } });
    const owned = async (...names: string[]) =>
      Promise.all(names.map(async (name) => (await lstat(join(site.folder, name))).uid));
    for (const name of ['.', 'dir2scim.yaml', 'people.ldif', 'token'])
      await chown(join(site.folder, name), service, service);
    assert.equal((await runAs(service, [main, 'sync', '--config', site.config])).code, 0);
    assert.equal((await site.run('sync')).code, 0);
    const files = await readdir(site.state);
    assert.deepEqual(
      new Set(await owned('state', 'state.latest', ...files.map((name) => `state/${name}`))),
      new Set([service]),
    );
    const view = await openStateView({ folder: site.state });
    await view.decide(decision);
    await view.close();
    const [left = ''] = await readdir(join(site.state, 'decisions'));
    assert.deepEqual(await owned('state/decisions', `state/decisions/${left}`), [service, service]);
    assert.equal((await runAs(service, [main, 'sync', '--config', site.config])).code, 0);
    assert.deepEqual(
      site.target.users().map(({ externalId }) => externalId),
      [idOf('ada')],
    );
  });

  it('makes a new state for whom the folder around it belongs to', async (context) => {
    if (!isRoot) return;
    const home = await folderOf(context);
    await chown(home, service, service);
    const store = await openStateStore({ folder: join(home, 'a/state'), clock });
    await store.close();
    assert.deepEqual(
      new Set(
        await Promise.all(
          ['a', 'a/state', 'a/state/journal.ndjson', 'a/state/secret.key'].map(
            async (name) => (await lstat(join(home, name))).uid,
          ),
        ),
      ),
      new Set([service]),
    );
  });
});

describe('somebody else', () => {
  it('cannot work on a state, and is told as whom it works', async (context) => {
    if (!isRoot) return;
    const folder = await folderOf(context);
    await chmod(folder, 0o777);
    await chown(folder, service, service);
    const script = `import('${fileURLToPath(new URL('../../src/adapters/lowdb/open-store.ts', import.meta.url))}').then(({ openStateStore }) => openStateStore({ folder: '${folder}', clock: { now: () => 0 } })).catch((error) => { console.error(error.line); process.exit(4); })`;
    const { code, stderr } = await runAs(other, ['--input-type=module', '-e', script]);
    assert.deepEqual(
      [code, /belongs to the user with uid 64242, and this is uid 64243.*sudo -u '#64242'/.test(stderr)],
      [4, true],
      stderr,
    );
    assert.deepEqual(await readdir(folder), []);
  });

  it('cannot decide: what lies where they may write is passed over, and told', async (context) => {
    const folder = await folderOf(context);
    await mkdir(join(folder, 'decisions'));
    await writeFile(join(folder, 'decisions', 'wiki.hold-0123456789ab.000000000000.json'), JSON.stringify(decision));
    const read = async () => {
      const view = await openStateView({ folder });
      const { waiting, unusable } = await view.decisions();
      await view.close();
      return [waiting.length, unusable.map(({ because }) => because)];
    };
    assert.deepEqual(await read(), [1, []]);
    await chmod(join(folder, 'decisions'), 0o777);
    assert.deepEqual(await read(), [0, ['untrusted']]);
    await assert.rejects(async () => (await openStateView({ folder })).decide(decision), {
      code: 'D2S_STATE_UNWRITABLE',
    });
    if (!isRoot) return;
    await chmod(join(folder, 'decisions'), 0o755);
    await chown(join(folder, 'decisions'), other, other);
    assert.deepEqual(await read(), [0, ['untrusted']]);
  });

  it('is whoever is neither this user, nor root, nor the one to whom the state belongs', () => {
    const facts = (owner: number, mode: number) => ({ kind: 'folder', size: 0, mode, identity: '', owner }) as const;
    const own = ownUser() ?? 0;
    assert.deepEqual(
      [mayBePlanted(facts(own, 0o700), undefined), mayBePlanted(facts(0, 0o755), undefined)],
      [false, false],
    );
    assert.deepEqual(
      [mayBePlanted(facts(own, 0o777), undefined), mayBePlanted(facts(other, 0o700), undefined)],
      [true, true],
    );
    assert.equal(mayBePlanted(facts(other, 0o700), facts(other, 0o700)), own !== 0);
  });

  it('cannot keep a state locked by listening under a name', async (context) => {
    if (process.platform !== 'linux') return;
    const folder = await folderOf(context);
    await chmod(folder, 0o700);
    const { dev, ino } = await lstat(folder, { bigint: true });
    const name = createHash('sha256')
      .update(`${String(dev)}:${String(ino)}`)
      .digest('hex')
      .slice(0, 32);
    const squatter = createServer().listen(`\0dir2scim-state-${name}`);
    await once(squatter, 'listening');
    context.after(() => squatter.close());
    for (let times = 0; times < 2; times += 1) {
      const store = await openStateStore({ folder, clock });
      await assert.rejects(openStateStore({ folder, clock }), { code: 'D2S_STATE_LOCKED' });
      await store.close();
    }
  });

  it('cannot write the configuration or a secret: a file that everybody may write to is refused', async () => {
    await using site = await createSite({ company: { people: { ada: { name: 'Ada Okafor' } }, groups: {} } });
    await chmod(site.config, 0o666);
    const refused = await site.run('sync');
    assert.deepEqual(
      [refused.code, refused.stderr.includes('every user of this host may write to the file')],
      [2, true],
      refused.stderr,
    );
    await chmod(site.config, 0o644);
    const folder = dirname(site.config);
    await chmod(folder, 0o777);
    const replaceable = await site.run('sync');
    assert.deepEqual(
      [replaceable.code, replaceable.stderr.includes('every user of this host may put another file in its place')],
      [2, true],
      replaceable.stderr,
    );
    await chmod(folder, 0o1777); // as /tmp: only its owner may replace a file
    assert.equal((await site.run('status')).stderr.includes('may put another'), false);
    await chmod(folder, 0o700);
    await chmod(join(site.folder, 'token'), 0o666);
    const secret = await site.run('sync');
    assert.match(secret.stderr + secret.stdout, /every user of this host may write to the secret file/);
    assert.equal(site.target.users().length, 0);
  });

  it('cannot say in silence who is in a directory: check points at a file or folder that everybody may write to', async (context) => {
    const folder = await folderOf(context);
    const path = join(folder, 'people.ldif');
    await writeFile(path, 'dn: uid=a,dc=corp\nobjectClass: inetOrgPerson\n\n');
    await chmod(path, 0o644);
    await chmod(folder, 0o755);
    assert.deepEqual(await openToAll(path), []);
    await chmod(path, 0o666);
    assert.deepEqual(await openToAll(path), [path]);
    await chmod(folder, 0o777);
    assert.deepEqual(await openToAll(path), [path, folder]);
    await chmod(folder, 0o1777);
    assert.deepEqual(await openToAll(path), [path]);
  });

  it('cannot do so while plan and sync say nothing either, whenever they read the file', async () => {
    await using site = await createSite({ company: { people: { ada: { name: 'Ada Okafor' } }, groups: {} } });
    const { ldif } = site;
    for (const command of ['plan', 'sync']) {
      await chmod(ldif, 0o644);
      assert.doesNotMatch((await site.run(command)).stderr, /every user/);
      await chmod(ldif, 0o666);
      assert.match((await site.run(command)).stderr, /every user of this host may write to .*people\.ldif/);
    }
  });

  it('cannot say whom a server is believed by: certificates and keys that everybody may write to are refused', async (context) => {
    const folder = await folderOf(context);
    const { caFile, certificateFile, keyFile } = await createCertificates(folder, {
      dns: ['localhost'],
      ip: ['127.0.0.1'],
    });
    for (const [key, file] of [
      ['tls.ca', caFile],
      ['tls.cert', certificateFile],
      ['tls.key', keyFile],
    ] as const) {
      await chmod(file, 0o644);
      assert.match(await readPem(key, file), /-----BEGIN/);
      await chmod(file, 0o666);
      await assert.rejects(readPem(key, file), {
        code: 'D2S_CONFIG_INVALID',
        message: new RegExp(`${key}: every user of this host may write`),
      });
    }
    await assert.rejects(readAuthorities(caFile), { code: 'D2S_CONFIG_INVALID' });
  });
});

import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { until } from '../support/until.ts';
import { office, officeWithout } from '../e2e/support/people.ts';
import { createSite, type Site } from '../e2e/support/site.ts';
import { buildImage, type Image } from './build.ts';
import { makeVolume, openContainer, type Container } from './container.ts';

let folder = '';
let image: Image;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dir2scim-image-'));
  image = await buildImage(folder);
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A site whose files the user of the image can read, and a container with a new volume. */
async function containerAt(site: Site): Promise<Container> {
  await chmod(site.folder, 0o755);
  for (const name of ['dir2scim.yaml', 'people.ldif', 'token']) await chmod(join(site.folder, name), 0o644);
  const volume = await makeVolume(
    image,
    '/state',
    await mkdtemp(join(folder, 'volume-')).then((at) => join(at, 'state')),
  );
  return openContainer(image, { '/state': volume }, { '/etc/dir2scim': site.folder });
}

const sections =
  'state: { path: /state/dir2scim }\nhttp: { listen: "0.0.0.0:0" }\nschedule: { poll: 300ms }\nlog: { format: json }';

describe('the image, as its Dockerfile makes it', () => {
  it('has the program, its maps, profiles, licence and list of parts, and nothing to install or compile with', async () => {
    const container = openContainer(image, {}, {});
    const listed = await container.run('ls', '/app', '/app/config', '/app/node_modules', '/usr/local/bin');
    for (const name of [
      'dist',
      'LICENSE',
      'maps',
      'profiles',
      'package.json',
      'sbom.cdx.json',
      'ldapts',
      'dir2scim',
      'node',
    ])
      assert.match(listed.stdout, new RegExp(`^${name}$`, 'm'));
    for (const name of ['src', 'test', 'typescript', 'eslint', 'npm', 'npx'])
      assert.doesNotMatch(listed.stdout, new RegExp(`^${name}$`, 'm'));
  });

  it('says what it is, in the words of the OCI annotations', async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      readonly version: string;
    };
    const label = (name: string): string | undefined => image.labels.get(`org.opencontainers.image.${name}`);
    assert.equal(label('version'), version);
    assert.equal(label('licenses'), 'Apache-2.0');
    assert.equal(label('base.name'), 'node:24-alpine');
    for (const name of ['title', 'description', 'revision', 'source', 'documentation']) assert.ok(label(name), name);
    assert.deepEqual([image.ports, image.volumes, image.stopSignal], [['9464'], ['/state'], 'SIGTERM']);
  });

  it('asks for its health where the daemon listens unless told otherwise, with patience', () => {
    const { command = [], flags } = image.healthcheck ?? {};
    assert.equal(command[0], 'node', 'no shell');
    assert.match(command.at(-1) ?? '', new RegExp(`127\\.0\\.0\\.1:${image.ports.join()}/livez`));
    assert.ok(Number.parseInt(flags?.get('timeout') ?? '', 10) >= 5);
  });

  it('lists every package that is in it', async () => {
    const { stdout } = await openContainer(image, {}, {}).run('cat', 'sbom.cdx.json');
    const { bomFormat, components } = JSON.parse(stdout) as {
      readonly bomFormat: string;
      readonly components: readonly { readonly name: string; readonly version: string }[];
    };
    assert.equal(bomFormat, 'CycloneDX');
    for (const name of ['fastify', 'ldapts', 'undici', 'yaml']) {
      const installed = await readFile(join(image.root, 'app/node_modules', name, 'package.json'), 'utf8');
      const { version } = JSON.parse(installed) as { readonly version: string };
      assert.equal(components.find((one) => one.name === name)?.version, version, name);
    }
    assert.ok(!components.some(({ name }) => name === 'typescript'));
  });

  it('runs as somebody without rights, who can write nowhere but on the volume', async () => {
    await using site = await createSite({ company: office, sections });
    const container = await containerAt(site);
    assert.match((await container.run('id')).stdout, /^uid=1000\(node\) gid=1000\(node\) groups=1000\(node\)$/m);
    for (const place of ['/app/x', '/etc/x', '/etc/dir2scim/x', '/x', '/tmp/x', '/usr/local/bin/x'])
      assert.notEqual((await container.run('touch', place)).code, 0, place);
    assert.equal((await container.run('touch', '/state/x')).code, 0);
  });
});

describe('a container of the image', () => {
  it('checks, plans and synchronises, with the command on its path', async () => {
    await using site = await createSite({ company: office, sections });
    const container = await containerAt(site);
    const checked = await container.run('dir2scim', 'check');
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    const synchronised = await container.run(...image.entrypoint, 'sync');
    assert.equal(synchronised.code, 0, synchronised.stdout + synchronised.stderr);
    assert.equal(site.target.users().length, 8);
    assert.match((await container.run('dir2scim', 'plan')).stdout, /nothing to do/);
    assert.equal((await container.run('dir2scim', 'state', 'verify')).code, 0);
  });

  it('runs the daemon, is found healthy, takes an approval beside it, and ends by SIGTERM', async () => {
    await using site = await createSite({ company: office, sections });
    const container = await containerAt(site);
    const daemon = container.start(...image.entrypoint, ...image.command);
    const ended = once(daemon, 'close');
    try {
      const said: Record<string, unknown>[] = [];
      assert.ok(daemon.stdout !== null);
      createInterface(daemon.stdout).on('line', (line) => said.push(JSON.parse(line) as Record<string, unknown>));
      await until('everyone is there', () => site.target.users().length === 8);
      const port = new URL(String(said.find(({ event }) => event === 'http_started')?.['address'])).port;
      for (const path of ['livez', 'readyz'])
        assert.equal((await fetch(`http://127.0.0.1:${port}/${path}`)).status, 200);
      const healthcheck = image.healthcheck?.command.map((word) => word.replace(':9464/', `:${port}/`)) ?? [];
      assert.equal((await container.run(...healthcheck)).code, 0);
      await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
      await chmod(site.ldif, 0o644);
      await until('the accident is held', () => said.some(({ event }) => event === 'held'));
      const hold = said.find(({ event }) => event === 'held')?.['hold'];
      const approved = await container.run('dir2scim', 'approve', String(hold));
      assert.equal(approved.code, 0, approved.stderr);
      await until('it is done', () => site.target.users().filter(({ active }) => active === false).length === 6);
      assert.equal((await container.run('dir2scim', 'status')).code, 0);
      daemon.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
      assert.notEqual((await container.run(...healthcheck)).code, 0, 'and is unhealthy when it is gone');
    } finally {
      if (daemon.exitCode === null) daemon.kill('SIGKILL');
    }
  });

  it('notices that an older copy of its volume was put back: the note beside the state is written, too', async () => {
    await using site = await createSite({ company: office, sections });
    const container = await containerAt(site);
    assert.equal((await container.run('dir2scim', 'sync')).code, 0);
    assert.match((await container.run('ls', '/state')).stdout, /^dir2scim\.latest$/m);
  });
});

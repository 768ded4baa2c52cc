import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Manifest {
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly repository: { readonly url: string };
  readonly bugs: { readonly url: string };
}
const manifest = JSON.parse(read('package.json')) as Manifest;

describe('the package', () => {
  it('asks for the Node that everything here is run with: tests, image and scripts', () => {
    const major = /^>=(\d+)$/.exec(manifest.engines.node)?.[1];
    assert.equal(process.versions.node.split('.')[0], major);
    assert.ok(manifest.devDependencies['node']?.startsWith(`^${String(major)}.`));
    assert.deepEqual(
      [...new Set([...read('Dockerfile').matchAll(/^ARG NODE_IMAGE=node:(\d+)-/gm)].map(([, version]) => version))],
      [major],
    );
  });

  it('names what is there', () => {
    for (const path of [...Object.values(manifest.exports), ...manifest.files.filter((one) => one !== 'dist')])
      assert.ok(existsSync(join(root, path)), path);
    assert.ok(manifest.bugs.url.startsWith(manifest.repository.url.replace(/^git\+|\.git$/g, '')));
  });
});

describe('the image', () => {
  const image = read('Dockerfile');

  it('runs as a user by number, and has dir2scim on its path', () => {
    assert.match(image, /^USER 1000:1000$/m);
    assert.match(image, /ln -s \/app\/dist\/cli\/main\.js \/usr\/local\/bin\/dir2scim/);
    assert.match(image, /--chmod=0755 \/app\/dist dist/);
  });

  it('is started in the README with the secrets, the authority, the port and the state that its configuration names', () => {
    const readme = read('README.md');
    const [, command = ''] = /(docker run [\s\S]*?)\n {4}docker exec/.exec(readme) ?? [];
    for (const part of [
      '--read-only',
      '-p 127.0.0.1:9464:9464',
      ':/run/secrets/ldap:ro',
      ':/etc/ssl/corp.pem:ro',
      ':/state',
      '-e WIKI_TOKEN',
      ':/etc/dir2scim/dir2scim.yaml:ro',
    ])
      assert.ok(command.includes(part), part);
    for (const named of [
      'file: /run/secrets/ldap',
      'ca: /etc/ssl/corp.pem',
      'env: WIKI_TOKEN',
      'path: /state',
      'listen: 0.0.0.0:9464',
    ])
      assert.ok(readme.includes(named), named);
    assert.match(image, /^ENV .*DIR2SCIM_CONFIG=\/etc\/dir2scim\/dir2scim\.yaml$/m);
  });
});

it('the first command in a checkout says that it is installing, before npm does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-setup-'));
  try {
    await mkdir(join(folder, 'scripts'));
    await mkdir(join(folder, 'bin'));
    for (const file of ['scripts/setup.mjs', 'package.json', 'package-lock.json'])
      await copyFile(join(root, file), join(folder, file));
    await writeFile(join(folder, 'bin/npm'), '#!/bin/sh\necho npm ran >&2\n', { mode: 0o755 });
    const { stderr } = await promisify(execFile)(process.execPath, ['scripts/setup.mjs'], {
      cwd: folder,
      env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
    });
    assert.match(stderr, /^installing .+\nnpm ran\n$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

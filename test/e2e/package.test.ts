import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { office } from './support/people.ts';
import { createSite } from './support/site.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** The Node that the package asks for comes first, as in the scripts. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` };

it('the package installs in an empty folder and runs from there: it loads everyone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dir2scim-package-'));
  try {
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, env });
    const [packed = ''] = await readdir(folder);
    const home = join(folder, 'home');
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{ "private": true }');
    await run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', join(folder, packed)], {
      cwd: home,
      env,
    });
    const installed = await readdir(join(home, 'node_modules/dir2scim'));
    assert.deepEqual(
      installed.filter((name) => ['src', 'test', 'bench', '.ci'].includes(name)),
      [],
    );
    const program = join(home, 'node_modules/.bin/dir2scim');
    assert.match((await run(program, ['--version'], { env })).stdout, /^\d+\.\d+\.\d+$/m);
    await using site = await createSite({ company: office });
    const { stdout } = await run(program, ['sync', '--config', site.config], { env });
    assert.match(stdout, /wiki/);
    assert.equal(site.target.users().length, 8);
    const plan = await run(program, ['plan', '--config', site.config], { env });
    assert.match(plan.stdout, /nothing to do/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

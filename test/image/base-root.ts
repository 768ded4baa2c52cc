import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readlink, realpath, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a stage's RUN needs of a system, and a person in the container. */
const programs = ['sh', 'rm', 'mkdir', 'ln', 'cat', 'env', 'ls', 'id', 'touch'];

/**
 * Stands for the base image `node:24`, which no test can fetch: Node and npm where that image has them, the libraries that Node
 * asks for, a shell, and the user `node` with the number 1000. Nothing else of this machine.
 */
export async function makeBaseRoot(root: string): Promise<void> {
  for (const folder of ['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'tmp', 'run', 'usr/bin', 'usr/local/bin'])
    await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  await copyProgram(root, process.execPath, 'usr/local/bin/node');
  for (const name of programs) {
    const { stdout } = await run('which', [name]);
    await copyProgram(root, await realpath(stdout.trim()), `bin/${name}`);
  }
  await symlink('/bin/env', join(root, 'usr/bin/env'));
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
  await copyNpm(root);
}

async function copyProgram(root: string, from: string, to: string): Promise<void> {
  await copyFile(from, join(root, to));
  await chmod(join(root, to), 0o755);
  const { stdout } = await run('ldd', [from]);
  for (const [library] of stdout.matchAll(/\/\S+/g)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await cp(await realpath(library), join(root, library));
  }
}

/**
 * npm itself, but for `npm ci`: there is no registry in there. What the lock file names is taken from what is installed in the
 * checkout, which stands at /checkout while something is built.
 */
async function copyNpm(root: string): Promise<void> {
  const { stdout } = await run('which', ['npm']);
  const program = stdout.trim();
  const target = await readlink(program).then(
    (link) => join(dirname(program), link),
    () => program,
  );
  const home = dirname(dirname(await realpath(target)));
  if (basename(home) !== 'npm') throw new Error(`npm is not where it was looked for: ${home}`);
  const place = 'usr/local/lib/node_modules/npm';
  await cp(home, join(root, place), { recursive: true, dereference: true });
  for (const name of ['npm', 'npx']) {
    await writeFile(join(root, 'usr/local/bin', name), npmText(name, `/${place}/bin/${name}-cli.js`), { mode: 0o755 });
  }
}

const npmText = (name: string, cli: string): string => `#!/usr/bin/env node
const { cpSync, readFileSync, symlinkSync } = require('node:fs');
const args = process.argv.slice(2);
if ('${name}' !== 'npm' || args[0] !== 'ci') require('${cli}');
else {
  if (!args.includes('--ignore-scripts')) throw new Error('install scripts would run');
  JSON.parse(readFileSync('package.json', 'utf8'));
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  if (!args.includes('--omit=dev')) symlinkSync('/checkout/node_modules', 'node_modules');
  else
    for (const [path, { dev, optional }] of Object.entries(packages))
      if (path !== '' && !dev && !optional) cpSync('/checkout/' + path, path, { recursive: true });
}
`;

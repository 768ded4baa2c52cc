import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '../../..');
const notOurs = ['node_modules', 'dist', 'state', '.git'];
const files = readdirSync(root, { withFileTypes: true })
  .filter((entry) => !notOurs.includes(entry.name))
  .flatMap((entry) => (entry.isDirectory() ? filesIn(join(root, entry.name)) : [join(root, entry.name)]));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Lines of the repository in which this stands, as `file:line`. */
function linesWith(pattern: RegExp): string[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

describe('the repository', () => {
  it('is read by these tests, with what hides behind a dot', () => {
    assert.ok(files.length > 300, `${files.length} files were read`);
    for (const file of ['.ci/run', 'package-lock.json', 'src/cli/main.ts'])
      assert.ok(files.includes(join(root, file)), file);
  });

  it('installs from whatever registry a machine has: the lock file names packages and their hashes, no addresses', () => {
    const lock: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    assert.ok(typeof lock === 'object' && lock !== null && 'packages' in lock);
    assert.ok(typeof lock.packages === 'object' && lock.packages !== null);
    const packages: [string, unknown][] = Object.entries(lock.packages);
    assert.ok(packages.length > 100);
    for (const [path, entry] of packages) {
      if (path === '') continue;
      assert.ok(typeof entry === 'object' && entry !== null && 'integrity' in entry, `${path} has a hash`);
      assert.ok(!('resolved' in entry), `${path} has no address`);
    }
  });

  it('depends on nothing that runs when it is installed, but for the Node of the tests, nor on a licence that is not known', () => {
    const known = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0']);
    for (const name of [
      'package-lock.json',
      'scripts/peers/package-lock.json',
      'scripts/kubernetes/package-lock.json',
      'scripts/mutation/package-lock.json',
    ]) {
      const lock = JSON.parse(readFileSync(join(root, name), 'utf8')) as {
        readonly packages: Readonly<
          Record<string, { readonly hasInstallScript?: true; readonly license?: string; readonly integrity?: string }>
        >;
      };
      for (const [path, { hasInstallScript, license, integrity }] of Object.entries(lock.packages)) {
        if (path === '') continue;
        assert.ok(integrity !== undefined, `${path} has a hash`);
        if (name !== 'package-lock.json') continue; // installed without scripts, for tests alone
        assert.ok(
          hasInstallScript === undefined || path === 'node_modules/node',
          `${path} runs something when it is installed`,
        );
        assert.ok(license !== undefined && known.has(license), `${path} has the licence ${license ?? 'unknown'}`);
      }
    }
  });

  it('has no merge that was left unfinished', () => {
    assert.deepEqual(linesWith(/^(?:<{7}|>{7}) /), []);
  });

  it('names no folder of the machine that it was written on', () => {
    assert.deepEqual(linesWith(/(?<![\w.}])\/(?:work|root)\//), []);
  });

  it('names no package registry', () => {
    assert.deepEqual(linesWith(/\/\/[^\s/"']*(?:registry|npmjs|artifactory|nexus|deb\.debian)/), []);
  });

  it('leaves out no test, but what an operating system cannot do', () => {
    const skipping = linesWith(
      /\b(?:it|test|describe|suite|t|context)\.(?:skip|todo|only)\(|\{ *(?:skip|todo|only):(?! process\.platform)/,
    );
    assert.deepEqual(
      skipping.filter((line) => line.startsWith(join(root, 'test'))),
      [],
    );
  });
});

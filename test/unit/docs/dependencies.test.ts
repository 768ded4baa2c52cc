import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import * as z from 'zod';

const root = join(import.meta.dirname, '../../..');
const manifestShape = z.object({
  version: z.string(),
  license: z.string(),
  engines: z.object({ node: z.string().optional() }).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  scripts: z.record(z.string(), z.string()).default({}),
});

function manifestIn(folder: string): z.infer<typeof manifestShape> {
  return manifestShape.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
}

it('docs/decisions/dependencies.md has every runtime dependency as it is installed, and no other', () => {
  const text = readFileSync(join(root, 'docs/decisions/dependencies.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\S+)` \| (\d+) \| (\S+) \| (.+?) \| \S.* \| \S.* \|$/gm)];
  const documented = rows.map(([, name, version, license, node]) => [
    name,
    version,
    license,
    node?.replaceAll('\\|', '|'),
  ]);
  const installed = Object.keys(manifestIn('.').dependencies).map((name) => {
    const { version, license, engines } = manifestIn(`node_modules/${name}`);
    return [name, version.split('.')[0], license, engines?.node ?? 'any'];
  });
  assert.deepEqual(documented, installed);
});

it('docs/CONTRIBUTING.md names scripts that exist', () => {
  const { scripts } = manifestIn('.');
  const text = readFileSync(join(root, 'docs/CONTRIBUTING.md'), 'utf8');
  const named = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
  assert.ok(named.length > 2);
  for (const name of named) assert.ok(name in scripts, name);
});

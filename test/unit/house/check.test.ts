import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';

const root = join(import.meta.dirname, '../../..');

it('npm run check runs every unit and property test, each once', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const run = ['pure-tests', 'unit-tests'].flatMap((name) =>
    [...(scripts[name] ?? '').matchAll(/"([^"]+\.test\.ts)"/g)].flatMap(([, pattern = '']) =>
      globSync(pattern, { cwd: root }),
    ),
  );
  assert.deepEqual(run.sort(), globSync('test/{unit,property}/**/*.test.ts', { cwd: root }).sort());
});

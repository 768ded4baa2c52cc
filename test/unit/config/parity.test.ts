import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { editorSchema } from '../../../src/config/json-schema.ts';
import { loadText } from './files.ts';
import { schemaKeys } from './schema-keys.ts';

const project = new URL('../../../', import.meta.url);

it('the JSON Schema for editors is the one that the loader goes by', async () => {
  const shipped = await readFile(new URL('config/dir2scim.schema.json', project), 'utf8');
  assert.equal(
    shipped,
    editorSchema(),
    'config/dir2scim.schema.json is out of date; run: node src/config/write-schema.ts',
  );
});

it('every key has a description', () => {
  for (const [path, key] of schemaKeys(JSON.parse(editorSchema()))) assert.ok(key.description !== undefined, path);
});

/** Secrets look the same everywhere; the documentation has them once. */
function documentedPath(path: string): string {
  return path.replace(/^.*\.(file|env)$/, '<secret>.$1');
}

it('docs/configuration.md lists every key with its default, and no other', async () => {
  const text = await readFile(new URL('docs/configuration.md', project), 'utf8');
  const rows = [...text.matchAll(/^\| `([^`]+)` \| (.+?) \| (.*?) ?\|$/gm)].map(
    ([, path = '', meaning = '', value = '']) => ({ path, meaning, value }),
  );
  const keys = new Map(
    [...schemaKeys(JSON.parse(editorSchema()))]
      .filter(([path]) => !path.startsWith('targets.<name>.profile.rate[')) // in the row of the list itself
      .map(([path, key]) => [documentedPath(path), key]),
  );
  assert.deepEqual(rows.map((row) => row.path).sort(), [...keys.keys()].sort());
  for (const { path, meaning, value } of rows) {
    const key = keys.get(path);
    assert.ok(key?.description?.startsWith(meaning) === true, `${path}: the meaning differs from the schema`);
    if (path === 'targets.<name>.from') continue;
    const isStated =
      (key.isValue || typeof key.default === 'string') &&
      key.default !== undefined &&
      JSON.stringify(key.default) !== '{}';
    const stated = typeof key.default === 'string' ? key.default : JSON.stringify(key.default);
    assert.equal(value, key.required ? 'required' : isStated ? `\`${stated}\`` : '', path);
  }
});

it('the smallest file in docs/configuration.md loads', async (t) => {
  const text = await readFile(new URL('docs/configuration.md', project), 'utf8');
  const [example] = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)]
    .map(([, block = '']) => block)
    .filter((block) => block.includes('targets:'));
  assert.ok(example !== undefined);
  assert.ok(await loadText(t, example));
});

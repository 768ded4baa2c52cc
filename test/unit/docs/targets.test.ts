import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { parse } from 'yaml';

const project = new URL('../../../', import.meta.url);

it('docs/targets.md has every profile that is shipped, and says of each what its file says', async () => {
  const text = await readFile(new URL('docs/targets.md', project), 'utf8');
  const rows = [...text.matchAll(/^\| \[`([^`]+)`\]\(\.\.\/config\/profiles\/([^)]+)\) \| (.+?) \| .+ \| .+ \| (\w+), ([\d-]+) \|$/gm)];
  const files = (await readdir(new URL('config/profiles', project))).sort();
  assert.deepEqual(rows.map(([, , file]) => file).sort(), files);
  for (const [, name, file = '', title, tested, date] of rows) {
    assert.equal(file, `${name ?? ''}.yaml`);
    const { about } = parse(await readFile(new URL(`config/profiles/${file}`, project), 'utf8')) as { about: unknown };
    assert.partialDeepStrictEqual(about, { title, tested, date });
  }
});

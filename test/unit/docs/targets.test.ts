import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { parse } from 'yaml';

const project = new URL('../../../', import.meta.url);

const text = await readFile(new URL('docs/targets.md', project), 'utf8');
const files = (await readdir(new URL('config/profiles', project))).sort();

it('docs/targets.md has every profile that is shipped, and says of each what its file says', async () => {
  const rows = [
    ...text.matchAll(
      /^\| \[`([^`]+)`\]\(\.\.\/config\/profiles\/([^)]+)\) \| (.+?) \| .+ \| .+ \| (\w+), ([\d-]+) \|$/gm,
    ),
  ];
  assert.deepEqual(rows.map(([, , file]) => file).sort(), files);
  for (const [, name, file = '', title, tested, date] of rows) {
    assert.equal(file, `${name ?? ''}.yaml`);
    const { about } = parse(await readFile(new URL(`config/profiles/${file}`, project), 'utf8')) as { about: unknown };
    assert.partialDeepStrictEqual(about, { title, tested, date });
  }
});

/** The RFCs, and the requests of two clients: nobody's address. */
const placeless = ['rfc7644', 'entra-legacy', 'entra-optscim062020', 'okta', 'okta-put'];

it('docs/targets.md says of every vendor where its URL and its token come from', () => {
  const rows = [...text.matchAll(/^\| `([^`]+)` \| .+ \| .+ \|$/gm)].map(([, name]) => name);
  assert.deepEqual(
    rows,
    files
      .map((file) => file.replace(/\.yaml$/, ''))
      .filter((name) => !placeless.includes(name))
      .sort(),
  );
});

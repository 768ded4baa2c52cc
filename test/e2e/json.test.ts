import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { office, officeWith, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

type Json = Readonly<Record<string, unknown>>;

const readPage = (): Promise<string> => readFile(join(import.meta.dirname, '../../docs/json.md'), 'utf8');

/** Keys by shape, as docs/json.md has them. */
function documented(page: string): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((part) => [
        part.split('\n', 1)[0] ?? '',
        new Set([...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, key = '']) => key)),
      ]),
  );
}

const all = (value: unknown): Json[] =>
  Array.isArray(value) ? (value as Json[]) : value === undefined ? [] : [value as Json];

/** Keys that stand in the output and not on the page. */
function undocumented(shapes: ReadonlyMap<string, ReadonlySet<string>>, shape: string, values: unknown): string[] {
  const known = shapes.get(shape);
  assert.ok(known !== undefined, `docs/json.md has a part about ${shape}`);
  const nested: Readonly<Record<string, string>> = {
    operations: 'Operation',
    undone: 'Operation',
    applied: 'Operation',
    rejected: 'Rejected',
    error: 'Error',
    held: shape === 'Explanation' ? 'Operation' : 'Hold',
  };
  return all(values).flatMap((value) =>
    Object.entries(value).flatMap(([key, inner]) => [
      ...(known.has(key) ? [] : [`${shape}: ${key}`]),
      ...(nested[key] !== undefined && typeof inner === 'object' && shape !== 'Target status'
        ? undocumented(shapes, nested[key], inner ?? [])
        : []),
    ]),
  );
}

/** Keys of an answer, whose shape is a row of the first table, that the row does not name. */
function missingInRow(page: string, command: string, keys: readonly string[]): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${command}\` |`));
  assert.ok(row !== undefined, `docs/json.md has a row about ${command}`);
  return keys.filter((key) => !row.includes(`\`${key}\``)).map((key) => `${command}: ${key}`);
}

/** All keys of an answer, at any depth. */
function keysIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysIn)];
}

async function printed(site: Site, ...args: readonly string[]): Promise<Json> {
  const { stdout, stderr } = await site.run(...args, '--json');
  assert.ok(stdout.startsWith('{'), stderr);
  return JSON.parse(stdout) as Json;
}

describe('what --json prints', () => {
  it('stands in docs/json.md, key by key', async () => {
    const shapes = documented(await readPage());
    const missing = new Set<string>();
    const check = (shape: string, values: unknown): void => {
      for (const one of undocumented(shapes, shape, values)) missing.add(one);
    };
    await using site = await createSite({ company: office });
    const look = async (): Promise<void> => {
      check('Plan', (await printed(site, 'plan', '--all'))['targets']);
      check('Explanation', (await printed(site, 'explain', 'hector'))['targets']);
      const status = await printed(site, 'status');
      check('Status', status);
      check('Directory status', status['directories']);
      check('Target status', status['targets']);
      const access = (await printed(site, 'report', 'access'))['targets'];
      check('Access', access);
      for (const one of all(access)) check('Account', one['access']);
      const checked = await printed(site, 'check');
      check('Check', checked['directories']);
      check('Check', checked['targets']);
    };
    await look();
    check('Push', (await printed(site, 'explain', 'hector', '--push', '--yes'))['pushed']);
    check('Cycle', (await printed(site, 'sync'))['targets']);
    await site.show(officeWith({ amara: { name: 'Amara Osterholm-Li', disabled: true } }));
    await look();
    await site.show(officeWithout('hector', 'giselle', 'fergus', 'elodie', 'dorian', 'celeste'));
    const held = (await printed(site, 'sync'))['targets'];
    check('Cycle', held);
    await look();
    const hold = all(held)[0]?.['held'] as Json;
    check('Decision', await printed(site, 'approve', String(hold['holdId'])));
    await rm(site.ldif);
    const { errors } = await printed(site, 'plan');
    assert.equal(all(errors).length, 1);
    check('Error', errors);
    assert.deepEqual([...missing], []);
  });

  it('stands in the row of the command, where it has no shape of its own', async () => {
    const page = await readPage();
    await using site = await createSite({ company: office });
    const missing: string[] = [];
    const check = async (command: string, ...args: readonly string[]): Promise<void> => {
      const keys = keysIn(await printed(site, ...command.split(' '), ...args));
      missing.push(...missingInRow(page, command, keys));
    };
    const [out, url] = [join(site.folder, 'starter.yaml'), 'https://wiki.example/scim/v2'];
    await check('init', '--ldif', site.ldif, '--out', out, '--target-url', url);
    // Below its keys it is for people to read.
    const bundle = async (): Promise<Json> => printed(site, 'support-bundle');
    missing.push(...missingInRow(page, 'support-bundle', Object.keys(await bundle())));
    assert.equal((await site.run('sync')).code, 0);
    missing.push(...missingInRow(page, 'support-bundle', Object.keys(await bundle())));
    await check('state verify');
    await check('state export', join(site.folder, 'state.ndjson'));
    await check('retry', '--all');
    await rm(site.config);
    missing.push(...missingInRow(page, 'support-bundle', Object.keys(await bundle())));
    assert.deepEqual(missing, []);
  });
});

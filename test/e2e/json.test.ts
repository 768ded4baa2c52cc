import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { office, officeWith, officeWithout } from './support/people.ts';
import { createSite, type Site } from './support/site.ts';

type Json = Readonly<Record<string, unknown>>;

/** Keys by shape, as docs/json.md has them. */
async function documented(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const page = await readFile(join(import.meta.dirname, '../../docs/json.md'), 'utf8');
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

async function printed(site: Site, ...args: readonly string[]): Promise<Json> {
  const { stdout, stderr } = await site.run(...args, '--json');
  assert.ok(stdout.startsWith('{'), stderr);
  return JSON.parse(stdout) as Json;
}

describe('what --json prints', () => {
  it('stands in docs/json.md, key by key', async () => {
    const shapes = await documented();
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
});

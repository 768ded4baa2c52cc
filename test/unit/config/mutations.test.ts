import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { loadConfiguration } from '../../../src/config/load.ts';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { temporaryFolder } from './files.ts';

/** Loads a text: fine, or refused with a code that belongs to configurations. Anything else fails the property. */
async function loadOrRefuse(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  try {
    await loadConfiguration(file);
  } catch (error) {
    assert.ok(error instanceof BridgeError, `${String(error)}\n${text}`);
    assert.equal(error.exitCode, 2, `${error.line}\n${text}`);
    assert.ok(error.message.includes(file), error.message);
  }
}

const example = await readFile(new URL('../../../config/example.yaml', import.meta.url), 'utf8');

const scraps = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\t',
  '"',
  "'",
  ':',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '#',
  '&a ',
  '*a',
  '!x ',
  '|',
  '>',
  '0123',
  'null',
  'true',
  '\u0000',
  '\u{1F600}',
  '__proto__',
  '<<',
  '---\n',
  '%',
);

it('a text that was damaged anywhere is loaded or refused, never a crash', async (t) => {
  const file = join(await temporaryFolder(t), 'dir2scim.yaml');
  const edit = fc.record({ at: fc.nat(example.length), remove: fc.nat(12), insert: scraps });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const text = edits.reduce(
        (whole, { at, remove, insert }) => whole.slice(0, at) + insert + whole.slice(at + remove),
        example,
      );
      await loadOrRefuse(file, text);
    }),
    { numRuns: 200 },
  );
});

it('any value in the place of any other is loaded or refused, never a crash', async (t) => {
  const file = join(await temporaryFolder(t), 'dir2scim.yaml');
  const value = fc.oneof(
    fc.anything({ maxDepth: 2 }).filter(isYaml),
    fc.constantFrom<unknown>(null, 0, -1, 1e300, '', 'ldap://', 'a b', [], {}, [[]]),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000), value, async (which, other) => {
      const tree: unknown = parse(example);
      const places = placesIn(tree);
      places[which % places.length]?.(other);
      await loadOrRefuse(file, stringify(tree));
    }),
    { numRuns: 200 },
  );
});

function isYaml(value: unknown): boolean {
  try {
    return typeof stringify(value) === 'string';
  } catch {
    return false;
  }
}

/** A setter for every place of a tree. */
function placesIn(tree: unknown): ((value: unknown) => void)[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, below]) => [
    (value: unknown) => void Reflect.set(tree, key, value),
    ...placesIn(below),
  ]);
}

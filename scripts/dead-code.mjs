// What is exported and used by nobody: node scripts/dead-code.mjs [folder]
//
// - A value that no other file imports needs no `export`, or does not need to exist. Tests count as other files.
// - A value of src that only tests use is no part of the product: to be used by src, in its own file or another, is a must.
// - Types are exempt: one that is exported names a part of an exported signature.
// - An index.ts among the tests is for people outside of this repository as well (and ts-unused-exports misses who imports it).
//
// ts-unused-exports has an option for what is used in its own file (--ignoreLocallyUsed), which takes the declaration
// itself for a use and so finds nothing (seen in 11.0.1): that part is done here.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { analyzeTsConfig } from 'ts-unused-exports';
import ts from 'typescript';

const folder = resolve(process.argv[2] ?? '.');
const files = globSync('{src,test,bench}/**/*.ts', { cwd: folder, exclude: ['test/fixtures/**'] });
const product = files.filter((file) => file.startsWith('src/'));
if (product.length === 0) throw new Error(`${folder} has no src/**/*.ts`);

const nowhere = unused(files).filter(({ file }) => !/^test\/.*\/index\.ts$/.test(file));
const testsOnly = unused(product).filter(
  ({ file, name }) => usesOf(name, file) < 2 && !nowhere.some((one) => one.file === file && one.name === name),
);
const dead = [
  ...nowhere.map(({ file, name }) => `${file}: ${name} is imported by no other file`),
  ...testsOnly.map(({ file, name }) => `${file}: ${name} is used by tests only`),
];
process.stdout.write([...dead, `dead code: ${dead.length} in ${files.length} files`, ''].join('\n'));
process.exitCode = dead.length === 0 ? 0 : 1;

/** Exported values that none of these files imports. */
function unused(among) {
  const paths = among.map((file) => join(folder, file));
  const { unusedExports } = analyzeTsConfig(join(folder, 'tsconfig.json'), [...paths, '--allowUnusedTypes']);
  const later = new Set(among.flatMap(importedLater));
  return Object.entries(unusedExports)
    .flatMap(([path, names]) => names.map(({ exportName }) => ({ file: relative(folder, path), name: exportName })))
    .filter(({ file, name }) => !later.has(`${file} ${name}`));
}

/** What a file imports when it needs it: `const { name } = await import('./file.ts')`, which the library overlooks. */
function importedLater(file) {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/const \{([^}]*)\} = await import\('(\.[^']+)'\)/g)].flatMap(([, names, from]) =>
    names.split(',').map((name) => `${join(dirname(file), from)} ${name.trim()}`),
  );
}

/** How often a name stands in a file, its declaration included; comments and texts are no uses. */
function usesOf(name, file) {
  const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest);
  const count = (node) => {
    let sum = ts.isIdentifier(node) && node.text === name ? 1 : 0;
    ts.forEachChild(node, (child) => {
      sum += count(child);
    });
    return sum;
  };
  return count(source);
}

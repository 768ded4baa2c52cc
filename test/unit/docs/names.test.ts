import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { createProgram } from '../../../src/cli/program.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { errorCodes } from '../../../src/core/model/errors.ts';

const root = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const filesOf = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: root }).filter((file) => !file.includes('fixtures/') && !file.includes('node_modules'));

const pages = filesOf('*.md', '{docs,bench,test,config}/**/*.md');
const sources = filesOf('{src,test,bench}/**/*.ts', 'scripts/*.mjs');
const names = new Set(
  filesOf('{src,test,bench,config,docs}/**/*.*', '{scripts,.ci}/**/*').map((file) => basename(file)),
);

/** Comments of a source, without addresses: `https://…` is somebody else's path. */
function commentsOf(file: string): string {
  const text = read(file);
  return [...text.matchAll(/\/\*[\s\S]*?\*\//g), ...text.matchAll(/(?:^|\s)\/\/ .*$/gm)]
    .map(([comment]) => comment)
    .join('\n');
}

/** What people read: pages, and the comments of sources. */
const readings = [
  ...pages.map((file) => ({ file, text: read(file) })),
  ...sources.map((file) => ({ file, text: commentsOf(file) })),
].map(({ file, text }) => ({ file, text: text.replaceAll(/\b[a-z]+:\/\/\S+/g, '').replaceAll(/```[\s\S]*?```/g, '') }));

/** These quote paths in the repositories and on the pages of vendors. */
const quoting: ReadonlySet<string> = new Set(['docs/targets.md', 'test/support/scim-server/vendors.ts']);

/** As it stands, from the folder of who names it, or a test without its endings; `…` and `*` stand for anything. */
function isThere(path: string, from: string): boolean {
  if (quoting.has(from) || /[…*]/.test(path)) return true;
  return [join(root, path), join(root, dirname(from), path)].some(
    (one) => existsSync(one) || existsSync(`${one}.test.ts`) || existsSync(`${one}.ts`),
  );
}

function wrong(pattern: RegExp, isRight: (name: string, file: string) => boolean, where = readings): string[] {
  return where.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].flatMap(([, name = '']) => (isRight(name, file) ? [] : [`${file}: ${name}`])),
  );
}

describe('what comments and documents name', () => {
  it('is there: folders and files by their path', () => {
    assert.deepEqual(
      wrong(/(?<![\w./-])((?:src|test|docs|config|bench|scripts|\.ci)\/[\w./…*-]*[\w…*/])/g, isThere),
      [],
    );
  });

  it('is there: files by their name', () => {
    assert.deepEqual(
      wrong(/(?<![\w./…*-])([a-z0-9-]+(?:\.test)?\.ts)\b/g, (name) => names.has(name)),
      [],
    );
  });

  it('is there: error codes and metrics', () => {
    const metrics = ['instruments', 'directory-instruments', 'target-instruments']
      .map((name) => read(`src/telemetry/${name}.ts`))
      .join('');
    assert.deepEqual(
      wrong(/\b(D2S_[A-Z_]*[A-Z])\b/g, (code) => code in errorCodes),
      [],
    );
    assert.deepEqual(
      wrong(
        /\bdir2scim_(\w+)\b/g,
        (name) => metrics.includes(`'${name.replace(/_(?:sum|count|bucket)$/, '')}'`),
        readings.filter(({ file }) => file.endsWith('.md')),
      ),
      [],
    );
  });

  it('is there: scripts of npm', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    assert.deepEqual(
      wrong(/\bnpm run (?:-s )?([a-z][\w:-]*)/g, (name) => name in scripts),
      [],
    );
  });

  it('is there: commands of dir2scim', () => {
    const program = createProgram({} as Terminal, () => undefined);
    const commands = new Set(program.commands.map((command) => command.name()));
    const typed = pages.map((file) => ({ file, text: read(file) }));
    assert.deepEqual(
      wrong(
        /(?:npm run -s dir2scim -- |`dir2scim |\.bin\/dir2scim )([a-z][\w-]*)/g,
        (name) => commands.has(name),
        typed,
      ),
      [],
    );
  });

  it('is there: functions and keys, in what explains the code', () => {
    const code = filesOf('src/**/*.ts', 'test/**/*.ts', 'config/**/*', '{scripts,.ci}/**/*', '*.js*')
      .filter((file) => existsSync(join(root, file)))
      .map((file) => (/\.\w+$/.test(file) ? read(file) : ''))
      .join('\n');
    const explaining = readings.filter(({ file }) =>
      /^docs\/(?:architecture|CONTRIBUTING|decisions\/.*)\.md$/.test(file),
    );
    assert.ok(explaining.length > 10);
    assert.deepEqual(
      wrong(/`([a-z]+[A-Z][A-Za-z]*)`/g, (name) => code.includes(name), explaining),
      [],
    );
  });
});

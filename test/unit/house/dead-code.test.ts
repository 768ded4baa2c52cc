import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '../../..');

/** What the check says about a tree, by the project's own rules. */
function look(folder: string): { readonly exitCode: number | null; readonly lines: readonly string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/dead-code.mjs'), folder], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return { exitCode: status, lines: stdout.trimEnd().split('\n') };
}

describe('the dead-code check', () => {
  it('finds what nobody uses, what only tests use and what is exported for nothing, and no more', () => {
    assert.deepEqual(look(join(root, 'test/fixtures/dead-code')), {
      exitCode: 1,
      lines: [
        'src/words.ts: local is imported by no other file',
        'src/words.ts: forgotten is imported by no other file',
        'src/words.ts: testsOnly is used by tests only',
        'dead code: 3 in 3 files',
      ],
    });
  });

  it('looks at every file of the project', () => {
    const files = Number(/ in (\d+) files$/.exec(look(root).lines.at(-1) ?? '')?.[1]);
    assert.ok(files > 300, `${files} files were read`);
  });

  it('refuses a tree without a product', () => {
    const { status } = spawnSync(process.execPath, [join(root, 'scripts/dead-code.mjs'), join(root, 'docs')]);
    assert.equal(status, 1);
  });
});

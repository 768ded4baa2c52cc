import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';

const root = join(import.meta.dirname, '../../..');

it('every link in the documentation leads to a file that is there', () => {
  const pages = globSync('{*.md,{docs,config,bench,test}/**/*.md}', { cwd: root });
  const links = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => ({ page, target }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );
  assert.ok(links.length > 15, `${links.length} links were found`);
  const broken = links.filter(({ page, target }) => !existsSync(join(root, dirname(page), target)));
  assert.deepEqual(broken, []);
});

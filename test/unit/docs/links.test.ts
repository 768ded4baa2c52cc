import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';

const root = join(import.meta.dirname, '../../..');

const pages = globSync('{*.md,{docs,config,bench,test}/**/*.md}', { cwd: root });

/** What GitHub makes of the headings of a page, for links to them. */
function anchorsIn(page: string): Set<string> {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .replaceAll(/\]\([^)]*\)/g, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

it('every link to a heading leads to one', () => {
  const links = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)]
      .filter(([, target = '']) => !/^[a-z]+:/.test(target) && (target === '' || target.endsWith('.md')))
      .map(([, target = '', anchor = '']) => ({
        page,
        target: target === '' ? page : join(dirname(page), target),
        anchor,
      })),
  );
  assert.ok(links.length > 15, `${links.length} links were found`);
  assert.deepEqual(
    links.filter(({ target, anchor }) => !existsSync(join(root, target)) || !anchorsIn(target).has(anchor)),
    [],
  );
});

it('every link in the documentation leads to a file that is there', () => {
  const links = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => ({ page, target }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );
  assert.ok(links.length > 15, `${links.length} links were found`);
  const broken = links.filter(({ page, target }) => !existsSync(join(root, dirname(page), target)));
  assert.deepEqual(broken, []);
});

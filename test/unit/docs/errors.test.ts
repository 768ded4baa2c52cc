import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { errorCodes } from '../../../src/core/model/errors.ts';

const root = join(import.meta.dirname, '../../..');

/** What docs/errors.md says about each code. */
const documented = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const [, code = '', text = ''] = /^(\w+)\n(.*)$/s.exec(section) ?? [];
    return { code, text };
  });

describe('docs/errors.md', () => {
  it('has every code with its exit code, once, and no other', () => {
    const found = documented.map(({ code, text }) => [code, Number(/^\nExit code (\d+)\. /.exec(text)?.[1])]);
    assert.deepEqual(found.sort(), Object.entries(errorCodes).sort());
  });

  for (const { code, text } of documented) {
    it(`says of ${code} what it means, why it happens and what to do`, () => {
      assert.match(text, /^\nExit code \d\. \S.*\n- Why: \S.*\n- To do: \S/s);
    });
  }

  it('has no code that nothing in the product uses', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => file !== 'src/core/model/errors.ts');
    const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    // toBridgeError makes this one, in the file of the table itself.
    const unused = Object.keys(errorCodes).filter((code) => code !== 'D2S_INTERNAL' && !text.includes(`'${code}'`));
    assert.deepEqual(unused, []);
  });
});

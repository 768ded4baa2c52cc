import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { functionGroups, functions } from '../../../../src/core/expression/functions/table.ts';
import { checkRule } from '../../../../src/core/mapping/check-rule.ts';
import { scimPath } from '../../../../src/core/mapping/scim-path.ts';
import { compiled } from '../../../support/entries.ts';
import { exampleContext, examplePerson } from '../../../support/example-person.ts';
import { functionTables } from '../../../support/function-tables.ts';

describe('the functions of the expression language', () => {
  for (const {
    name,
    example: [expression, gives],
  } of functions.values()) {
    it(`${name}() does what its example says`, () => {
      const value = compiled(expression).evaluate(examplePerson, exampleContext);
      assert.equal(JSON.stringify(value), gives, expression);
      assert.ok(expression.includes(name), 'the example shows the function');
    });
  }

  it('have one name each', () => {
    const all = [...functionGroups.values()].flat();
    assert.equal(functions.size, all.length);
  });

  it('are all in the documentation, which has no other', async () => {
    const docs = await readFile(new URL('../../../../docs/expressions.md', import.meta.url), 'utf8');
    const tables = /<!-- functions -->\n([\s\S]*)\n<!-- \/functions -->/.exec(docs)?.[1];
    assert.equal(tables?.trim(), functionTables().trim());
  });
});

describe('the examples in the documentation of expressions', () => {
  it('work', async () => {
    const docs = await readFile(new URL('../../../../docs/expressions.md', import.meta.url), 'utf8');
    const loop = /```\n(.*)\n```/.exec(docs)?.[1] ?? '';
    assert.equal(compiled(loop).evaluate(examplePerson, exampleContext), 'Zoe.Olsen@corp.example');
    const lines = Object.entries(
      parse(/```yaml\n([\s\S]*?)```/.exec(docs)?.[1] ?? '') as Record<string, string | { value: string }>,
    );
    assert.equal(lines.length, 5);
    for (const [path, rule] of lines)
      assert.equal(checkRule(scimPath(path), compiled(typeof rule === 'string' ? rule : rule.value)), undefined, path);
  });
});

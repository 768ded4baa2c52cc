import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileExpression, isProblem } from '../../../../src/core/expression/compile.ts';
import type { ExpressionProblem } from '../../../../src/core/expression/expression.ts';
import { compiled } from '../../../support/entries.ts';

function problem(source: string, expected: 'any' | 'bool' = 'any'): ExpressionProblem {
  const result = compileExpression(source, expected);
  if (!isProblem(result)) throw new Error(`${source} was accepted`);
  return result;
}

/** Source → column and what the suggestion contains. */
function expectSuggestions(cases: Readonly<Record<string, readonly [column: number, suggestion: string]>>): void {
  for (const [source, [column, suggestion]] of Object.entries(cases)) {
    const found = problem(source);
    assert.equal(found.column, column, `${source}: ${found.message}`);
    assert.ok(found.suggestion?.includes(suggestion), `${source}: ${found.suggestion ?? 'no suggestion'}`);
  }
}

describe('a slip in an expression', () => {
  it('is found where it stands, in line and column', () => {
    assert.deepEqual(problem('first(mail,\n  lowr(cn))'), {
      line: 2,
      column: 3,
      message: 'there is no function lowr()',
      suggestion: 'did you mean lower()?',
    });
    assert.deepEqual(problem('"a" +\n\n"b'), {
      line: 3,
      column: 1,
      message: 'the text has no closing quote',
      suggestion: undefined,
    });
    assert.equal(problem('').column, 1);
  });

  it('is met with what the author means: operators', () => {
    expectSuggestions({
      'department = "Sales"': [12, '=='],
      'mail and cn': [6, '&&'],
      'a == "x" OR b == "y"': [10, '||'],
      'a & b': [3, '&&'],
      'not flag': [5, '!'],
      'a <> b': [4, '!='],
      '“Sales”': [1, 'straight quotes'],
      'if(a, b, c)': [1, '?'],
    });
  });

  it('is met with what the author means: functions', () => {
    expectSuggestions({
      'toLower(mail)': [1, 'lower()'],
      'IIF(a == "x", "b", "c")': [1, 'iif()'],
      'StripSpaces(cn)': [1, 'stripSpaces()'],
      'Item(a, 1)': [1, 'list[0]'],
      'has(mail)': [1, '!= null'],
      'cn.startWith("a")': [4, 'startsWith()'],
      'lower()': [1, 'lower(text)'],
      'mid(cn, 1)': [1, 'mid(text, start, length)'],
      'switch(c, "en", "NO")': [1, 'key1, value1'],
      'list.join(", ")': [1, 'join(separator, value, …)'],
    });
    assert.match(problem('x.filter(lower(x), true)').message, /new name/);
    assert.match(problem('SelectUniqueValue(mail)').message, /ask the target/);
  });

  it('is met with what the author means: attributes', () => {
    expectSuggestions({
      'msDS-cloudExtensionAttribute1': [1, 'attr("msDS-cloudExtensionAttribute1")'],
      'lower(ms-DS-ConsistencyGuid)': [7, 'attr("ms-DS-ConsistencyGuid")'],
      'attr(cn)': [6, '"cn"'],
      'userAccountControl == 512': [1, 'int(userAccountControl)'],
      'isDeleted == true': [1, 'bool(isDeleted)'],
      'logonCount - 1': [1, 'int(logonCount)'],
      'user.mail': [6, 'mail'],
    });
  });

  it('is a kind that does not fit', () => {
    for (const source of [
      'lower(1)',
      'lower(true)',
      'join(1, cn)',
      'left(cn, "2")',
      'guid("x")',
      '"a" + 1',
      '"a" && true',
      '!"a"',
      '-"a"',
      '1 < "a"',
      'lower(a) == true',
      'true ? "a" : 1',
      '"a" ? 1 : 2',
      '1.a',
      '["a"]["b"]',
      '{1: "a"}',
      '{mail: "a"}',
      '"a" in 1',
      '5.exists(x, true)',
      'cn.filter(x, "a")',
      'true < false',
      'iif("a", 1, 2)',
      '1u',
      '9007199254740993',
      '{"__proto__": "x"}',
      'first()',
      'lower(ignoreIfEmpty(cn))',
    ]) {
      const found = problem(source);
      assert.ok(found.message.length > 10 && found.line === 1, source);
    }
  });

  it('is a pattern that would not run in linear time, or is none', () => {
    expectSuggestions({
      'matches(cn, "(?=a)")': [13, 'look-around'],
      'matches(cn, "(a)\\\\1")': [13, 'back-references'],
    });
    assert.match(problem('matches(cn, "(a")').message, /regular expression/);
    assert.match(problem('matches(cn, sn)').message, /in quotes/);
  });

  it('is a size beyond the limits', () => {
    for (const source of [
      `"${'a'.repeat(10_001)}"`,
      `${'('.repeat(4000)}a${')'.repeat(4000)}`,
      `${'!'.repeat(9000)}a`,
      `${'['.repeat(500)}1${']'.repeat(500)}`,
      'a+'.repeat(4000) + 'a',
      `${'-'.repeat(9000)}a`,
    ]) {
      assert.match(problem(source).message, /more than|longer than|deeply/);
    }
  });
});

describe('a condition', () => {
  it('must be able to be true', () => {
    for (const source of ['lower(mail)', '"true"', '1', 'null', 'ref(manager)', 'size(cn)', 'ignoreIfEmpty(flag)']) {
      assert.ok(problem(source, 'bool').message !== '', source);
    }
    for (const source of ['flag', 'a == "b"', 'memberOf("CN=x")', 'a.exists(x, x == "y")'])
      assert.ok(!isProblem(compileExpression(source, 'bool')), source);
  });
});

describe('a compiled expression', () => {
  it('names the attributes that it reads, without bound names', () => {
    const { attributes } = compiled(
      'proxyAddresses.filter(a, a.startsWith(PREFIX))[0] == attr("X-y") ? Mail : lower(mail)',
    );
    assert.deepEqual([...attributes].sort(), ['mail', 'prefix', 'proxyaddresses', 'x-y']);
    assert.deepEqual([...compiled('attr("userCertificate;binary")').attributes], ['usercertificate']);
  });

  it('tells whether it asks for groups', () => {
    assert.deepEqual([...compiled('mail').groups], []);
    assert.deepEqual([...compiled('memberOf("CN=a") ? "x" : null').groups], ['CN=a']);
  });

  it('tells its type as far as it is known', () => {
    const types = {
      mail: 'dyn',
      'lower(mail)': 'string',
      '!flag': 'bool',
      'size(a)': 'int',
      '1.5': 'double',
      'split(a, ",")': 'list',
      'ref(manager)': 'ref',
      'a ? ref(b) : null': 'ref',
      null: 'null',
      '{"a": b}': 'map',
      'first(lower(a), b)': 'dyn',
      'a + "x"': 'string',
      'int(a) + 1': 'int',
    };
    for (const [source, type] of Object.entries(types)) assert.equal(compiled(source).type, type, source);
  });
});

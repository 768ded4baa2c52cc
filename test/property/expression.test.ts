import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileExpression, isProblem } from '../../src/core/expression/compile.ts';
import { EvaluationError } from '../../src/core/expression/expression.ts';
import { functions } from '../../src/core/expression/functions/table.ts';
import { compiled, entry } from '../support/entries.ts';

const nobody = { isMemberOf: () => false, isOver: () => false };

/** Text that is nearly an expression: tokens of the language in any order. */
const tokens = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        ',',
        '.',
        ':',
        '?',
        '!',
        '-',
        '+',
        '*',
        '/',
        '%',
        '==',
        '!=',
        '<',
        '>=',
        '&&',
        '||',
        'in',
        '=',
        ' ',
        '\n',
        '"a"',
        "'b'",
        '1',
        '2.5',
        'true',
        'null',
        'b"x"',
        '0x1F',
        '//',
      ),
      fc.constantFrom(
        'mail',
        'CN',
        '__proto__',
        'constructor',
        'toString',
        'prototype',
        'filter(x, ',
        'map(x, ',
        'exists(',
        ...[...functions.keys()].map((name) => `${name}(`),
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

const values = fc.oneof(
  fc.string(),
  fc.uint8Array({ maxLength: 20 }),
  fc.constantFrom('TRUE', '0', '514', '20240229083000Z', 'CN=a,DC=b', '__proto__'),
);
const attributes = fc.dictionary(
  fc.constantFrom('mail', 'cn', 'sn', 'constructor', 'tostring'),
  fc.array(values, { minLength: 1, maxLength: 4 }),
);

describe('any text', () => {
  it('is an expression or a problem with a place in it, and never crashes the compiler', () => {
    fc.assert(
      fc.property(
        fc.oneof(tokens, fc.string(), fc.string({ unit: 'binary' })),
        fc.constantFrom('any' as const, 'bool' as const),
        (source, expected) => {
          const result = compileExpression(source, expected);
          if (!isProblem(result)) return;
          const lines = source.split('\n');
          assert.ok(result.line >= 1 && result.line <= lines.length, `line ${result.line}`);
          assert.ok(
            result.column >= 1 && result.column <= (lines[result.line - 1]?.length ?? 0) + 1,
            `column ${result.column}`,
          );
          assert.ok(result.message.length > 0);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('gives a plain value, or fails with a reason of its own, when it is an expression', () => {
    fc.assert(
      fc.property(tokens, attributes, (source, held) => {
        const result = compileExpression(source, 'any');
        if (isProblem(result)) return;
        try {
          assertPlain(result.evaluate(entry('1', held), nobody));
        } catch (thrown) {
          if (!(thrown instanceof EvaluationError)) throw thrown;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('every function', () => {
  it('takes any attribute: it gives a value or fails with a reason that does not contain it', () => {
    const one = fc.constantFrom(...functions.values());
    fc.assert(
      fc.property(one, attributes, fc.constantFrom('mail', 'cn', 'sn'), ({ name, parameters }, held, attribute) => {
        const args = parameters.map(({ kind }) =>
          kind === 'literal' || kind === 'pattern' ? '"yyyy"' : kind === 'int' ? '2' : attribute,
        );
        if (parameters.at(-1)?.occurs === 'rest' && args.length % 2 === 1) args.push(attribute);
        const expression = compiled(`${name}(${args.join(', ')})`);
        try {
          assertPlain(expression.evaluate(entry('1', held), nobody));
        } catch (thrown) {
          if (!(thrown instanceof EvaluationError)) throw thrown;
          const long = (held[attribute] ?? []).filter((value) => typeof value === 'string' && value.length > 8);
          assert.ok(!long.some((value) => typeof value === 'string' && thrown.message.includes(value)), thrown.message);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('attribute names', () => {
  it('compare without case', () => {
    const name = fc.constantFrom('mail', 'givenName', 'userAccountControl', 'proxyAddresses', 'objectSid');
    const mixed = fc.tuple(name, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 })).map(([text, upper]) => ({
      text,
      mixed: Array.from(text)
        .map((letter, at) => (upper[at] === true ? letter.toUpperCase() : letter.toLowerCase()))
        .join(''),
    }));
    fc.assert(
      fc.property(mixed, fc.array(values, { minLength: 1, maxLength: 3 }), ({ text, mixed: other }, held) => {
        const person = entry('1', { [text]: held });
        for (const write of [
          (spelled: string) => spelled,
          (spelled: string) => `attr("${spelled}")`,
          (spelled: string) => `coalesce(${spelled}, "x")`,
        ]) {
          assert.deepEqual(
            compiled(write(other)).evaluate(person, nobody),
            compiled(write(text)).evaluate(person, nobody),
          );
          assert.deepEqual(compiled(write(other)).attributes, new Set([text.toLowerCase()]));
        }
      }),
    );
  });

  it('reach no prototype', () => {
    const person = entry('1', { mail: 'a' });
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']) {
      assert.equal(compiled(name).evaluate(person, nobody), null);
      assert.equal(
        compiled(`{"a": mail}["${name === 'constructor' ? 'toString' : name}"]`).evaluate(person, nobody),
        null,
      );
      assert.equal(compiled(`attr("${name}")`).evaluate(person, nobody), null);
      assert.equal(compiled(`[{"a": mail}][0].${name}`).evaluate(person, nobody), null);
      assert.ok(isProblem(compileExpression(`mail.${name}`, 'any')));
      assert.ok(isProblem(compileExpression(`mail.${name}()`, 'any')));
    }
  });
});

function assertPlain(value: unknown): void {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value) || value instanceof Uint8Array) return;
  assert.ok(typeof value === 'object', typeof value);
  if (Array.isArray(value)) value.forEach(assertPlain);
  else if (Object.getPrototypeOf(value) === Object.prototype) Object.values(value).forEach(assertPlain);
  else assert.ok(['DnReference', 'Unmanaged'].includes(value.constructor.name), value.constructor.name);
}

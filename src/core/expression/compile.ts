import { compileNode } from './compile-node.ts';
import { stepLimit, workLimit, type Compiled, type Scope } from './compiled.ts';
import type { Expression, ExpressionProblem, ExpressionValue } from './expression.ts';
import { ExpressionFlaw, toProblem } from './flaw.ts';
import { parseExpression } from './syntax.ts';
import { canBe, nameType } from './types.ts';
import { toBool, toExpressionValue } from './value.ts';

/**
 * Compiles an expression once, for any number of entries. The grammar is CEL's; null, attributes and functions are ours
 * (docs/expressions.md, docs/decisions/expression-language.md).
 *
 * @param expected `bool`: a condition; it evaluates to true, false or null
 * @returns what is wrong with it, when it is no expression or cannot give what is expected
 */
export function compileExpression(source: string, expected: 'any' | 'bool'): Expression | ExpressionProblem {
  try {
    const root = parseExpression(source);
    const scope: Scope = {
      source,
      root: expected === 'any' ? root : undefined,
      depth: 0,
      variables: new Map(),
      attributes: new Set(),
      groups: new Set(),
      seen: { more: false },
    };
    const compiled = compileNode(root, scope);
    if (expected === 'bool' && (!canBe(compiled.type, ['bool']) || compiled.type === 'null')) {
      throw new ExpressionFlaw(
        0,
        `a condition is expected, and this is ${nameType(compiled.type)}`,
        'compare it, like with == or in',
      );
    }
    return makeExpression(source, compiled, scope, expected);
  } catch (thrown) {
    if (thrown instanceof ExpressionFlaw) return toProblem(thrown, source);
    throw thrown;
  }
}

/** Tells a problem from an expression. */
export function isProblem(compiled: Expression | ExpressionProblem): compiled is ExpressionProblem {
  return 'message' in compiled;
}

function makeExpression(source: string, compiled: Compiled, scope: Scope, expected: 'any' | 'bool'): Expression {
  return {
    source,
    attributes: scope.attributes,
    groups: scope.groups,
    isOwn: !scope.seen.more,
    type: compiled.type,
    evaluate({ attributes, dn }, context): ExpressionValue {
      const value = compiled.run({ attributes, dn, context, variables: [], work: workLimit, steps: stepLimit });
      return expected === 'bool' ? toBool(value) : toExpressionValue(value);
    },
  };
}

import { spendWork, type Compiled, type Run } from './compiled.ts';
import { ExpressionFlaw } from './flaw.ts';
import { add, calculate, compare, isIn, type Arithmetic, type Comparison } from './operators.ts';
import type { Node } from './syntax.ts';
import { canBe, nameType, unify, type StaticType } from './types.ts';
import { sizeOf } from './members.ts';
import { isEqual, isList, type Value } from './value.ts';

type Operator = '==' | '!=' | 'in' | '+' | Arithmetic | Comparison;

/** A binary operator over two compiled operands, with its types checked. Throws a Flaw. */
export function compileOperator(
  node: Node,
  operator: Operator,
  left: Compiled,
  right: Compiled,
  source: string,
): Compiled {
  const types = { left: left.type, right: right.type };
  switch (operator) {
    case '==':
    case '!=': {
      refuseUnlike(node, left, right, source);
      const wanted = operator === '==';
      return { type: 'bool', run: (run) => isSame(left.run(run), right.run(run), run) === wanted };
    }
    case 'in': {
      const container = right.runUnordered ?? right.run;
      if (!canBe(right.type, ['list', 'map', 'string', 'ref']))
        throw new ExpressionFlaw(
          node.start,
          `"in" needs a list on its right, and ${nameType(right.type)} stands there`,
        );
      return { type: 'bool', run: (run) => isIn(left.run(run), container(run), run) };
    }
    case '+':
      return { type: sumType(node, types), run: (run) => charged(add(left.run(run), right.run(run)), run) };
    case '-':
    case '*':
    case '/':
    case '%': {
      refuseAttributes(node, operator, left, right, source);
      const type = numberType(node, operator, types);
      const whole = type !== 'double';
      return { type, run: (run) => calculate(operator, left.run(run), right.run(run), whole) };
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      refuseUnlike(node, left, right, source);
      for (const type of [left.type, right.type]) {
        if (!canBe(type, ['int', 'double', 'string']))
          throw new ExpressionFlaw(node.start, `${operator} cannot order ${nameType(type)}`);
      }
      return { type: 'bool', run: (run) => compare(operator, left.run(run), right.run(run)) };
  }
}

/** Long values are compared at their price. */
function isSame(left: Value, right: Value, run: Run): boolean {
  if (isList(left)) spendWork(run, sizeOf(left));
  return isEqual(left, right);
}

function charged(value: Value, run: Run): Value {
  spendWork(run, sizeOf(value));
  return value;
}

type Types = { readonly left: StaticType; readonly right: StaticType };

/** `userAccountControl == 512` and `lower(mail) == true` are never true: better said now. */
function refuseUnlike(node: Node, left: Compiled, right: Compiled, source: string): void {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (one.attribute === undefined || !['int', 'double', 'bool'].includes(other.type)) continue;
    const convert = other.type === 'bool' ? 'bool' : other.type;
    throw new ExpressionFlaw(
      node.start,
      `attributes are text, and this compares one with ${nameType(other.type)}`,
      `write ${convert}(${nameIn(source, one.attribute)})`,
    );
  }
  if (unify(left.type, right.type) === undefined) {
    throw new ExpressionFlaw(node.start, `${nameType(left.type)} and ${nameType(right.type)} cannot be compared`);
  }
}

/** Attributes are text. */
function refuseAttributes(node: Node, operator: Arithmetic, left: Compiled, right: Compiled, source: string): void {
  const attribute = left.attribute ?? right.attribute;
  if (attribute !== undefined) {
    throw new ExpressionFlaw(
      node.start,
      `${operator} needs numbers, and attributes are text`,
      `write int(${nameIn(source, attribute)})`,
    );
  }
}

function numberType(node: Node, operator: Arithmetic, { left, right }: Types): StaticType {
  for (const type of [left, right]) {
    if (!canBe(type, ['int', 'double']))
      throw new ExpressionFlaw(
        node.start,
        `${operator} needs numbers, and this is ${nameType(type)}`,
        type === 'string' ? 'write int(…)' : undefined,
      );
  }
  return left === 'double' || right === 'double' ? 'double' : left === 'int' && right === 'int' ? 'int' : 'dyn';
}

function sumType(node: Node, { left, right }: Types): StaticType {
  const addable: readonly StaticType[] = ['string', 'list', 'int', 'double'];
  const type = unify(left, right);
  if (type === undefined || !canBe(left, addable) || !canBe(right, addable)) {
    const numbers = [left, right].includes('string') && (left === 'int' || right === 'int');
    throw new ExpressionFlaw(
      node.start,
      `+ cannot add ${nameType(left)} and ${nameType(right)}`,
      numbers ? 'write string(…) around the number' : undefined,
    );
  }
  const known = [left, right].find((one) => one !== 'dyn' && one !== 'null');
  return type === 'dyn' ? (known ?? 'dyn') : type;
}

/** The attribute as its author spells it. */
function nameIn(source: string, attribute: string): string {
  return new RegExp(`\\b${attribute.replace(/[^a-z0-9_]/g, '.')}\\b`, 'i').exec(source)?.[0] ?? attribute;
}

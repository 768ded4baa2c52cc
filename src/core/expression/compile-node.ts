import { compileCall, findFunction } from './compile-call.ts';
import { compileMacro, macros } from './compile-macro.ts';
import { compileOperator } from './compile-operator.ts';
import type { Compiled, Scope } from './compiled.ts';
import { EvaluationError } from './expression.ts';
import { ExpressionFlaw } from './flaw.ts';
import { calculate, choose, combine, elementAt, negate } from './operators.ts';
import { readAttribute } from './read-attribute.ts';
import type { Node } from './syntax.ts';
import { canBe, nameType, unify } from './types.ts';
import { isSafeKey, kindOf, type Value } from './value.ts';

/** Turns one node of the tree, and all beneath it, into a closure and a type. Throws a Flaw. */
export function compileNode(node: Node, scope: Scope): Compiled {
  switch (node.op) {
    case 'value':
      return compileLiteral(node, node.args);
    case 'id':
      return compileName(node.args, scope);
    case 'list': {
      const items = node.args.map((item) => compileNode(item, scope));
      return { type: 'list', run: (run) => items.map((item) => item.run(run)) };
    }
    case 'map':
      return compileMap(node.args, scope);
    case '.':
      return compileSelection(node, node.args[0], node.args[1], scope);
    case '[]':
      return compileIndex(node, node.args[0], node.args[1], scope);
    case 'call': {
      const [name, args] = node.args;
      return compileFunction(node, findFunction(node, name), args, scope);
    }
    case 'rcall': {
      const [name, receiver, args] = node.args;
      if (macros.has(name)) return compileMacro(node, name, receiver, args, scope, compileNode);
      // x.f(y) is f(x, y).
      return compileFunction(node, findFunction(node, name, receiver), [receiver, ...args], scope);
    }
    case '?:': {
      const [condition, yes, no] = node.args.map((part) => compileNode(part, scope));
      return compileTernary(node, condition, yes, no);
    }
    case '&&':
    case '||': {
      const [left, right] = node.args.map((part) => compileCondition(part, node.op, scope));
      if (left === undefined || right === undefined)
        throw new ExpressionFlaw(node.start, `${node.op} needs two conditions`);
      return { type: 'bool', run: combine(left, right, node.op === '||') };
    }
    case '!_':
      return { type: 'bool', run: negate(compileCondition(node.args, '!', scope)) };
    case '-_':
      return compileMinus(node, compileNode(node.args, scope));
    case '.?':
    case '[?]':
      throw new ExpressionFlaw(
        node.start,
        'optional selection is not part of the language: what is missing is null anyway',
      );
    default: {
      // Chains like a-b-c are judged as a whole, the outermost first.
      const [leftNode, rightNode] = node.args;
      if (node.op === '-') refuseHyphens(node, scope);
      return compileOperator(node, node.op, compileNode(leftNode, scope), compileNode(rightNode, scope), scope.source);
    }
  }
}

function compileFunction(
  node: Node,
  definition: ReturnType<typeof findFunction>,
  args: readonly Node[],
  scope: Scope,
): Compiled {
  const compiled = args.map((arg) => compileNode(arg, scope));
  return compileCall(node, definition, compiled, args, scope);
}

function compileMinus(node: Node, operand: Compiled): Compiled {
  if (!canBe(operand.type, ['int', 'double']))
    throw new ExpressionFlaw(node.start, `- needs a number, and this is ${nameType(operand.type)}`);
  if (typeof operand.literal === 'number') return literal(-operand.literal, operand.type);
  return { type: operand.type, run: (run) => calculate('-', 0, operand.run(run), true) };
}

function literal(value: Value, type: Compiled['type']): Compiled {
  return { type, literal: value, run: () => value };
}

function compileLiteral(node: Node, value: unknown): Compiled {
  if (value === null) return literal(null, 'null');
  if (typeof value === 'string') return literal(value, 'string');
  if (typeof value === 'boolean') return literal(value, 'bool');
  if (typeof value === 'number') return literal(value, 'double');
  if (value instanceof Uint8Array) return literal(value, 'bytes');
  if (typeof value !== 'bigint') throw new ExpressionFlaw(node.start, 'numbers are written without u at the end');
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new ExpressionFlaw(node.start, 'this number is too large to be exact', 'write it as text, in quotes');
  return literal(number, 'int');
}

/** Names compare without case: bound variables first, then attributes (RFC 4512 §2.5). */
function compileName(written: string, scope: Scope): Compiled {
  const name = written.toLowerCase();
  const slot = scope.variables.get(name);
  if (slot !== undefined) return { type: 'dyn', run: ({ variables }) => variables[slot] ?? null };
  scope.attributes.add(name);
  return { type: 'dyn', attribute: name, ...readAttribute(name) };
}

function compileMap(entries: readonly (readonly [Node, Node])[], scope: Scope): Compiled {
  const parts = entries.map(([keyNode, valueNode]) => {
    const key = compileNode(keyNode, scope);
    if (!canBe(key.type, ['string']))
      throw new ExpressionFlaw(keyNode.start, `the keys of a map are texts, and this is ${nameType(key.type)}`);
    if (key.attribute !== undefined)
      throw new ExpressionFlaw(
        keyNode.start,
        'the keys of a map stand in quotes',
        `write "${scope.source.slice(keyNode.start, keyNode.end)}"`,
      );
    if (typeof key.literal === 'string' && !isSafeKey(key.literal))
      throw new ExpressionFlaw(keyNode.start, `"${key.literal}" is a reserved name`);
    return { key, value: compileNode(valueNode, scope) };
  });
  return {
    type: 'map',
    run: (run) => {
      const map = new Map<string, Value>();
      for (const { key, value } of parts) {
        const name = key.run(run);
        if (typeof name !== 'string')
          throw new EvaluationError(`the keys of a map are texts, and one is ${kindOf(name)}`);
        if (!isSafeKey(name)) throw new EvaluationError('a map has a reserved key');
        map.set(name, value.run(run));
      }
      return map;
    },
  };
}

function compileSelection(node: Node, operandNode: Node, key: string, scope: Scope): Compiled {
  const operand = compileNode(operandNode, scope);
  if (operand.attribute !== undefined || !canBe(operand.type, ['map'])) {
    const what = operand.attribute === undefined ? nameType(operand.type) : 'an attribute';
    throw new ExpressionFlaw(
      node.pos,
      `${what} has no parts with names`,
      operand.attribute === undefined ? undefined : `did you mean ${key}, or ${key}(…)?`,
    );
  }
  return { type: 'dyn', run: (run) => elementAt(operand.run(run), key) };
}

function compileIndex(node: Node, listNode: Node, keyNode: Node, scope: Scope): Compiled {
  const list = compileNode(listNode, scope);
  const key = compileNode(keyNode, scope);
  const keys =
    list.type === 'map'
      ? (['string'] as const)
      : list.type === 'dyn' && list.attribute === undefined
        ? (['int', 'string'] as const)
        : (['int'] as const);
  if (!canBe(key.type, keys))
    throw new ExpressionFlaw(keyNode.start, `[…] needs ${nameType(keys[0])}, and this is ${nameType(key.type)}`);
  if (!canBe(list.type, ['list', 'map', 'string', 'ref']))
    throw new ExpressionFlaw(node.start, `[…] needs a list, and this is ${nameType(list.type)}`);
  return { type: list.type === 'ref' ? 'ref' : 'dyn', run: (run) => elementAt(list.run(run), key.run(run)) };
}

function compileTernary(node: Node, condition?: Compiled, yes?: Compiled, no?: Compiled): Compiled {
  if (condition === undefined || yes === undefined || no === undefined)
    throw new ExpressionFlaw(node.start, '? needs a condition and two values');
  if (!canBe(condition.type, ['bool']))
    throw new ExpressionFlaw(node.start, `? needs a condition on its left, and this is ${nameType(condition.type)}`);
  const type = unify(yes.type, no.type);
  if (type === undefined)
    throw new ExpressionFlaw(
      node.start,
      `both values of ? must be of one kind, and these are ${nameType(yes.type)} and ${nameType(no.type)}`,
    );
  return { type, run: choose(condition, yes, no) };
}

function compileCondition(node: Node, operator: string, scope: Scope): Compiled {
  const operand = compileNode(node, scope);
  if (canBe(operand.type, ['bool'])) return operand;
  throw new ExpressionFlaw(node.start, `${operator} needs a condition, and this is ${nameType(operand.type)}`);
}

function refuseHyphens(node: Node, scope: Scope): void {
  const text = scope.source.slice(node.start, node.end);
  if (/^[A-Za-z]\w*(?:-\w+)+$/.test(text))
    throw new ExpressionFlaw(node.start, `"${text}" is read as a subtraction`, `write attr("${text}")`);
}

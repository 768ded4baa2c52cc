import { attributeKey } from '../directory/attribute.ts';
import { spendWork, type Compiled, type Scope } from './compiled.ts';
import { ExpressionFlaw } from './flaw.ts';
import { sizeOf } from './members.ts';
import { macros } from './compile-macro.ts';
import {
  literalText,
  signatureOf,
  type FunctionDefinition,
  type Parameter,
  type ParameterKind,
} from './functions/function.ts';
import { pattern } from './functions/pattern.ts';
import { functions, otherNames } from './functions/table.ts';
import { nearest } from './nearest.ts';
import type { Node } from './syntax.ts';
import { canBe, nameType, type StaticType } from './types.ts';

const accepted: Readonly<Record<ParameterKind, readonly StaticType[]>> = {
  text: ['string', 'list'],
  string: ['string'],
  literal: ['string'],
  pattern: ['string'],
  int: ['int'],
  bool: ['bool'],
  bytes: ['bytes'],
  list: ['list', 'string', 'ref'],
  any: ['dyn'],
};

/** The function of that name. Throws a Flaw that suggests what may be meant. */
export function findFunction(node: Node, name: string, receiver?: Node): FunctionDefinition {
  const found = functions.get(name);
  if (found === undefined) {
    const other = otherNames.get(name.toLowerCase());
    const meant = other ?? withBrackets(nearest(name, [...functions.keys(), ...macros]));
    const reason = name.toLowerCase() === 'selectuniquevalue' ? ': it would have to ask the target' : '';
    const at = receiver === undefined ? node.start : Math.max(node.start, node.input.indexOf(name, receiver.end));
    throw new ExpressionFlaw(
      at,
      `there is no function ${name}()${reason}`,
      meant === undefined ? undefined : `did you mean ${meant}?`,
    );
  }
  if (receiver !== undefined && found.parameters[0]?.kind === 'literal') {
    throw new ExpressionFlaw(node.start, `${name}() does not stand behind a dot`, `write ${signatureOf(found)}`);
  }
  return found;
}

/** A function over compiled arguments, with their number and types checked. Throws a Flaw. */
export function compileCall(
  node: Node,
  definition: FunctionDefinition,
  args: readonly Compiled[],
  nodes: readonly Node[],
  scope: Scope,
): Compiled {
  const { name, call, lazy, check, returns } = definition;
  checkCount(node, definition, args.length);
  args.forEach((arg, at) => checkArgument(nodes[at] ?? node, definition, parameterAt(definition, at), arg));
  const wrong = check?.(args);
  if (wrong !== undefined) throw new ExpressionFlaw(node.start, wrong, `write ${signatureOf(definition)}`);
  if (name === 'ignoreIfEmpty' && node !== scope.root) {
    throw new ExpressionFlaw(node.start, 'ignoreIfEmpty() can only stand around the whole expression of a map');
  }
  if (definition.asks === 'attribute') scope.attributes.add(attributeKey(literalText(args[0])));
  if (definition.asks === 'groups') scope.groups.add(literalText(args[0]));
  if (definition.asks !== undefined && definition.asks !== 'attribute') scope.seen.more = true;
  const type = typeof returns === 'function' ? returns(args.map((arg) => arg.type)) : returns;
  if (lazy !== undefined) return { type, run: lazy(args) };
  // A regular expression takes several times as long for a character as anything else.
  const price = definition.parameters.some(({ kind }) => kind === 'pattern') ? 5 : 1;
  return {
    type,
    run: (run) => {
      const values = args.map((arg) => arg.run(run));
      spendWork(
        run,
        values.reduce((sum: number, value) => sum + price * sizeOf(value), 0),
      );
      return call?.(values, run) ?? null;
    },
  };
}

function parameterAt({ parameters }: FunctionDefinition, at: number): Parameter | undefined {
  return parameters[Math.min(at, parameters.length - 1)];
}

function checkCount(node: Node, definition: FunctionDefinition, count: number): void {
  const { parameters, name } = definition;
  const least =
    parameters.filter((parameter) => parameter.occurs === undefined).length +
    (parameters.some((parameter) => parameter.occurs === 'rest') ? 1 : 0);
  const most = parameters.some((parameter) => parameter.occurs === 'rest') ? Infinity : parameters.length;
  if (count >= least && count <= most) return;
  const wanted = most === Infinity ? `at least ${least}` : least === most ? String(least) : `${least} to ${most}`;
  throw new ExpressionFlaw(
    node.start,
    `${name}() takes ${wanted} argument${wanted.endsWith(' 1') || wanted === '1' ? '' : 's'}, and has ${count}`,
    `write ${signatureOf(definition)}`,
  );
}

function checkArgument(
  node: Node,
  definition: FunctionDefinition,
  parameter: Parameter | undefined,
  arg: Compiled,
): void {
  if (parameter === undefined) return;
  const { name } = definition;
  const wanted = accepted[parameter.kind];
  if (!canBe(arg.type, wanted)) {
    const fix =
      parameter.kind === 'text' && (arg.type === 'int' || arg.type === 'double' || arg.type === 'bool')
        ? 'write string(…) around it'
        : undefined;
    throw new ExpressionFlaw(
      node.start,
      `${name}() takes ${nameType(wanted[0] ?? 'dyn')} as ${parameter.name}, and this is ${nameType(arg.type)}`,
      fix,
    );
  }
  if (parameter.kind !== 'literal' && parameter.kind !== 'pattern') return;
  if (typeof arg.literal !== 'string')
    throw new ExpressionFlaw(
      node.start,
      `${name}() takes a text in quotes as ${parameter.name}`,
      arg.attribute === undefined ? undefined : `did you mean "${arg.attribute}"?`,
    );
  if (parameter.kind === 'pattern') checkPattern(node, arg.literal);
}

function checkPattern(node: Node, source: string): void {
  try {
    pattern(source);
  } catch {
    throw new ExpressionFlaw(
      node.start,
      'this is not a regular expression that runs in linear time (RE2 syntax: no look-around, no back-references)',
      /\(\?[=!<]|\\[1-9]/.test(source) ? 'do without look-around and back-references' : undefined,
    );
  }
}

function withBrackets(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${name}()`;
}

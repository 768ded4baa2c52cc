import { spendStep, type Compiled, type Run, type Scope } from './compiled.ts';
import { ExpressionFlaw } from './flaw.ts';
import type { Node } from './syntax.ts';
import { canBe, nameType } from './types.ts';
import { toBool, toList, type Value } from './value.ts';

/** CEL's macros over lists. What has one value counts as a list of one, and null as the empty list. */
export const macros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

type Compile = (node: Node, scope: Scope) => Compiled;

/** `list.filter(name, condition)` and its like. Throws a Flaw. */
export function compileMacro(
  node: Node,
  name: string,
  receiver: Node,
  args: readonly Node[],
  scope: Scope,
  compile: Compile,
): Compiled {
  const { variable, bodies } = readArguments(node, name, args);
  const list = compile(receiver, scope);
  if (!canBe(list.type, ['list', 'string', 'map', 'ref']))
    throw new ExpressionFlaw(receiver.start, `${name}() needs a list, and this is ${nameType(list.type)}`);
  const inner: Scope = {
    ...scope,
    depth: scope.depth + 1,
    variables: new Map(scope.variables).set(variable, scope.depth),
  };
  const parts = bodies.map((body) => compile(body, inner));
  const condition = name === 'map' ? (parts.length === 2 ? parts[0] : undefined) : parts[0];
  const conditionNode = bodies[0];
  if (condition !== undefined && !canBe(condition.type, ['bool'])) {
    throw new ExpressionFlaw(
      conditionNode?.start ?? node.start,
      `${name}() needs a condition, and this is ${nameType(condition.type)}`,
    );
  }
  return loopOver(name, list, condition, parts.at(-1), scope.depth);
}

/** The new name, in lower case, and what is worked out for each item: `map` takes a condition as well. Throws a Flaw. */
function readArguments(
  node: Node,
  name: string,
  [variable, ...bodies]: readonly Node[],
): { readonly variable: string; readonly bodies: readonly Node[] } {
  const most = name === 'map' ? 2 : 1;
  if (variable?.op === 'id' && bodies.length >= 1 && bodies.length <= most)
    return { variable: variable.args.toLowerCase(), bodies };
  throw new ExpressionFlaw(
    node.start,
    `${name}() needs a new name and ${name === 'map' ? 'an expression' : 'a condition'}`,
    `write it like list.${name}(x, ${name === 'map' ? 'lower(x)' : 'x.startsWith("a")'})`,
  );
}

/**
 * Goes through the items of the list, each of them a step of the run.
 * @param slot of the variable that holds the item
 */
function loopOver(
  name: string,
  list: Compiled,
  condition: Compiled | undefined,
  result: Compiled | undefined,
  slot: number,
): Compiled {
  const bind = (part: Compiled, item: Value, run: Run) => {
    run.variables[slot] = item;
    return part.run(run);
  };
  const test = (item: Value, run: Run) => {
    spendStep(run);
    return condition === undefined || toBool(bind(condition, item, run)) === true;
  };
  // Who only asks whether there is one does not care which comes first.
  const read = name === 'filter' || name === 'map' ? list.run : (list.runUnordered ?? list.run);
  const items = (run: Run) => toList(read(run));
  switch (name) {
    case 'all':
      return { type: 'bool', run: (run) => items(run).every((item) => test(item, run)) };
    case 'exists':
      return { type: 'bool', run: (run) => items(run).some((item) => test(item, run)) };
    case 'exists_one':
      return { type: 'bool', run: (run) => items(run).filter((item) => test(item, run)).length === 1 };
    case 'filter':
      return { type: 'list', run: (run) => items(run).filter((item) => test(item, run)) };
    default:
      return {
        type: 'list',
        run: (run) =>
          items(run).flatMap((item) => (test(item, run) && result !== undefined ? [bind(result, item, run)] : [])),
      };
  }
}

import { parseExpression, type Node } from './syntax.ts';

/**
 * Names that stand where a text is usual: on the right of a comparison, in a list behind `in`, as what `startsWith` and
 * the like are given. They are attributes to the language, and often enough a text whose quotes were forgotten.
 *
 * @param source of an expression that compiles
 */
export function bareWords(source: string): string[] {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    for (const word of wordsIn(node)) found.add(word);
    childrenOf(node).forEach(visit);
  };
  visit(parseExpression(source));
  return [...found];
}

function wordsIn(node: Node): string[] {
  switch (node.op) {
    case '==':
    case '!=':
      return names([node.args[1]]);
    case 'in':
      return node.args[1].op === 'list' ? names(node.args[1].args) : [];
    case 'rcall':
      return names(node.args[2]);
    default:
      return [];
  }
}

function names(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => (node.op === 'id' ? [node.args] : []));
}

/** The nodes right beneath one. */
function childrenOf({ args }: Node): Node[] {
  const found: Node[] = [];
  const look = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) value.forEach(look);
  };
  look(args);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

import { compileExpression, isProblem } from '../expression/compile.ts';
import { parseExpression, type Node } from '../expression/syntax.ts';
import { EvaluationError, type ExpressionContext } from '../expression/expression.ts';
import type { Entry } from '../model/entry.ts';
import { inWords } from '../wording/count.ts';

/**
 * Why a condition does not hold for an entry, in words: `department is Legal, and where wants Sales or Support`. Of
 * conditions that are joined by &&, those that fail. Holds values of the entry: for terminals alone.
 *
 * @param source of an expression that compiles
 */
export function whyNot(source: string, entry: Entry, context: ExpressionContext): string {
  const failing = conjuncts(parseExpression(source)).filter((node) => !holds(textOf(node, source), entry, context));
  // Where none fails for itself (an error in one, a null in both), it is the whole.
  const reasons = failing.map((node) => reasonOf(node, source, entry));
  return reasons.length === 0 ? `where is not fulfilled: ${source}` : reasons.join('; ');
}

function conjuncts(node: Node): Node[] {
  return node.op === '&&' ? node.args.flatMap(conjuncts) : [node];
}

function textOf({ start, end }: Node, source: string): string {
  return source.slice(start, end);
}

function holds(text: string, entry: Entry, context: ExpressionContext): boolean {
  const expression = compileExpression(text, 'bool');
  if (isProblem(expression)) return false;
  try {
    return expression.evaluate(entry, context) === true;
  } catch (thrown) {
    if (thrown instanceof EvaluationError) return false;
    throw thrown;
  }
}

function reasonOf(node: Node, source: string, entry: Entry): string {
  const expression = compileExpression(textOf(node, source), 'bool');
  const names = isProblem(expression) ? [] : [...expression.attributes];
  const states = names.map((name) => `${spelled(name, source)} ${valueWords(name, entry)}`);
  const wanted = wantedBy(node, source);
  const state = states.length === 0 ? '' : `${states.join(', ')}, and `;
  return `${state}where wants ${wanted ?? textOf(node, source)}`;
}

/** What a comparison with something written down wants, where it is that. */
function wantedBy(node: Node, source: string): string | undefined {
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return undefined;
  const [left, right] = node.args;
  if (!isAboutOne(left)) return undefined;
  if (node.op === 'in')
    return right.op === 'list' && right.args.length > 0
      ? all(
          right.args.map((item) => literalText(item)),
          'or',
        )
      : undefined;
  const text = literalText(right);
  if (text === undefined) return undefined;
  return node.op === '==' ? text : `anything but ${text}`;

  function all(texts: readonly (string | undefined)[], conjunction: string): string | undefined {
    return texts.every((one) => one !== undefined) ? inWords(texts, conjunction) : textOf(node, source);
  }
}

/** An attribute, or a function of nothing else, such as `lower(department)`: its value tells the reader enough. */
function isAboutOne(node: Node): boolean {
  if (node.op === 'id') return true;
  return node.op === 'call' && node.args[1].length === 1 && node.args[1].every(isAboutOne);
}

function literalText(node: Node): string | undefined {
  if (node.op !== 'value') return undefined;
  return node.args === null ? 'no value' : String(node.args);
}

/** As the author spells it. */
function spelled(name: string, source: string): string {
  return new RegExp(String.raw`\b${name.replaceAll(/[^\w]/g, String.raw`\$&`)}\b`, 'i').exec(source)?.[0] ?? name;
}

function valueWords(name: string, { attributes }: Entry): string {
  const values = (attributes.get(name) ?? []).map((value) => (typeof value === 'string' ? value : 'binary'));
  if (values.length === 0) return 'has no value';
  return `is ${values.length > mostValues ? `${values.slice(0, mostValues).join(', ')} and ${values.length - mostValues} more` : inWords(values)}`;
}

const mostValues = 3;

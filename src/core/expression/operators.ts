import { spendWork, type Compiled, type Run } from './compiled.ts';
import { EvaluationError } from './expression.ts';
import { createMembers, sizeOf, type Members } from './members.ts';
import { bounded, isList, isMap, kindOf, toBool, toList, type Value } from './value.ts';

/**
 * What the operators do. Null means "no value": arithmetic with it gives null, a comparison with it is false, and the
 * logic has three values (`null && false` is false, `null && true` is null). Anything else would let one missing
 * attribute turn a person into an error.
 */

type RunPart = Compiled['run'];

export function negate(operand: Compiled): RunPart {
  return (run) => {
    const value = toBool(operand.run(run));
    return value === null ? null : !value;
  };
}

/** `&&` (decided by false) and `||` (decided by true), from left to right. */
export function combine(left: Compiled, right: Compiled, decisive: boolean): RunPart {
  return (run) => {
    const one = toBool(left.run(run));
    if (one === decisive) return decisive;
    const other = toBool(right.run(run));
    if (other === decisive) return decisive;
    return one === null || other === null ? null : !decisive;
  };
}

/** A condition that is null is not fulfilled. */
export function choose(condition: Compiled | undefined, yes: Compiled | undefined, no: Compiled | undefined): RunPart {
  const branch = (run: Run) => (toBool(condition?.run(run) ?? null) === true ? yes : no);
  return (run) => branch(run)?.run(run) ?? null;
}

export function add(left: Value, right: Value): Value {
  if (left === null || right === null) return null;
  if (typeof left === 'string' && typeof right === 'string') return bounded(left + right);
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (isList(left) && isList(right)) return [...left, ...right];
  // An attribute with several values, and a text before or after each.
  if (isList(left) && typeof right === 'string') return left.map((item) => add(item, right));
  if (typeof left === 'string' && isList(right)) return right.map((item) => add(left, item));
  throw new EvaluationError(`+ cannot add ${kindOf(left)} and ${kindOf(right)}${hint(left, right)}`);
}

export type Arithmetic = '-' | '*' | '/' | '%';

/** `whole`: both are ints, so far as is known; then `/` leaves no fraction, as in CEL. */
export function calculate(operator: Arithmetic, left: Value, right: Value, whole: boolean): Value {
  if (left === null || right === null) return null;
  if (typeof left !== 'number' || typeof right !== 'number') {
    throw new EvaluationError(
      `${operator} needs numbers, and got ${kindOf(left)} and ${kindOf(right)}${hint(left, right)}`,
    );
  }
  switch (operator) {
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new EvaluationError('division by zero');
      return whole && Number.isInteger(left) && Number.isInteger(right) ? Math.trunc(left / right) : left / right;
    case '%':
      if (right === 0) throw new EvaluationError('division by zero');
      return left % right;
  }
}

export type Comparison = '<' | '<=' | '>' | '>=';

export function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  const comparable =
    (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string');
  if (!comparable)
    throw new EvaluationError(`${operator} cannot compare ${kindOf(left)} with ${kindOf(right)}${hint(left, right)}`);
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** Of an attribute with several values, one that is in the list is enough. */
export function isIn(value: Value, container: Value, run: Run): boolean {
  if (value === null || container === null) return false;
  if (isMap(container)) return typeof value === 'string' && container.has(value);
  const members = membersOf(toList(container), run);
  if (members.has(value)) return true;
  if (!isList(value)) return false;
  spendWork(run, value.length);
  return value.some((item) => members.has(item));
}

/** Made once for a list that comes again, as in a loop. */
function membersOf(list: readonly Value[], run: Run): Members {
  const known = run.members?.get(list);
  if (known !== undefined) return known;
  spendWork(run, sizeOf(list));
  const members = createMembers(list);
  (run.members ??= new Map<readonly Value[], Members>()).set(list, members);
  return members;
}

/** An element of a list or a map; null where there is none. One value counts as a list of one. */
export function elementAt(container: Value, key: Value): Value {
  if (container === null || key === null) return null;
  if (isMap(container)) return (typeof key === 'string' ? container.get(key) : undefined) ?? null;
  if (typeof key === 'number') return toList(container)[key] ?? null;
  throw new EvaluationError(`[…] needs a number to find an element of ${kindOf(container)}`);
}

function hint(left: Value, right: Value): string {
  const kinds = [typeof left, typeof right];
  return kinds.includes('number') && kinds.includes('string') ? '; attributes are text: use int(…) or string(…)' : '';
}

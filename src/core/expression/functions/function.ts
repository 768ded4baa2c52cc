import type { Compiled, Run } from '../compiled.ts';
import { EvaluationError } from '../expression.ts';
import type { StaticType } from '../types.ts';
import { bounded, isList, kindOf, type Value } from '../value.ts';

/**
 * What a parameter takes. `text`: one text or several, the function works on each. `string`: one text (of several the
 * first). `literal`: a text written in the expression. `pattern`: a literal that is a regular expression.
 */
export type ParameterKind = 'text' | 'string' | 'literal' | 'pattern' | 'int' | 'bool' | 'bytes' | 'list' | 'any';

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** `optional` may be left out, `rest` may come any number of times. Both only at the end. */
  readonly occurs?: 'optional' | 'rest';
}

/** One function of the language. docs/expressions.md is checked against these. */
export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: StaticType | ((types: readonly StaticType[]) => StaticType);
  readonly doc: string;
  /** An expression over the example person of the documentation and what it gives, as JSON. */
  readonly example: readonly [expression: string, gives: string];
  /** The function of Entra ID's expressions that it takes the place of. */
  readonly entra?: string;
  /** What the function learns from outside of its arguments: the compiler has to know. */
  readonly asks?: 'attribute' | 'groups' | 'entries' | 'time';
  /** Where not every argument is to be evaluated: makes the part out of its compiled arguments, in place of `call`. */
  readonly lazy?: (args: readonly Compiled[]) => Compiled['run'];
  readonly call?: (values: readonly Value[], run: Run) => Value;
  /** Further checks on the arguments, before there is an entry. Returns what is wrong. */
  readonly check?: (args: readonly Compiled[]) => string | undefined;
}

/** `replace(text, find, replacement)` with `[…]` around what may be left out and `…` for repetition. */
export function signatureOf({ name, parameters }: FunctionDefinition): string {
  const written = parameters.map((parameter, at) => {
    const comma = at === 0 ? '' : ', ';
    if (parameter.occurs === 'optional') return `[${comma}${parameter.name}]`;
    return `${comma}${parameter.name}${parameter.occurs === 'rest' ? ', …' : ''}`;
  });
  return `${name}(${written.join('')})`;
}

/** Applies a function to a text, or to each text of a list. Null stays null, and null results are left out of lists. */
export function eachText(name: string, value: Value, apply: (text: string) => Value): Value {
  if (value === null) return null;
  if (typeof value === 'string') return limit(apply(value));
  if (isList(value)) {
    return value.flatMap((item): Value[] => {
      const result = eachText(name, item, apply);
      return result === null ? [] : [result];
    });
  }
  throw new EvaluationError(
    `${name}() needs text, and got ${kindOf(value)}${value instanceof Uint8Array ? '; use base64(), guid() or sid()' : ''}`,
  );
}

/** Whether a text, or one text of a list, fulfils a condition. */
export function someText(name: string, value: Value, holds: (text: string) => boolean): boolean {
  if (value === null) return false;
  if (typeof value === 'string') return holds(value);
  if (isList(value)) return value.some((item) => someText(name, item, holds));
  throw new EvaluationError(`${name}() needs text, and got ${kindOf(value)}`);
}

/** The text of a `literal` argument, which the compiler has checked to be one. */
export function literalText(arg: Compiled | undefined): string {
  return typeof arg?.literal === 'string' ? arg.literal : '';
}

/** One text, of several the first; undefined for no value. */
export function oneText(name: string, value: Value | undefined): string | undefined {
  const one = value !== undefined && isList(value) ? value[0] : value;
  if (one === undefined || one === null) return undefined;
  if (typeof one === 'string') return one;
  throw new EvaluationError(`${name}() needs text, and got ${kindOf(one)}`);
}

/** A whole number, also where an attribute holds one as text; undefined for no value. */
export function oneInt(name: string, value: Value | undefined): number | undefined {
  const one = value !== undefined && isList(value) ? value[0] : value;
  if (one === undefined || one === null) return undefined;
  const number = typeof one === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(one) ? Number(one) : one;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new EvaluationError(`${name}() needs a whole number, and got ${kindOf(one)}`);
}

function limit(value: Value): Value {
  return typeof value === 'string' ? bounded(value) : value;
}

import type { AttributeValue } from '../model/entry.ts';
import { EvaluationError, type ExpressionContext } from './expression.ts';
import type { StaticType } from './types.ts';
import type { Members } from './members.ts';
import type { Value } from './value.ts';

/** One evaluation: what it may read, and how much it may still do. */
export interface Run {
  readonly attributes: ReadonlyMap<string, readonly AttributeValue[]>;
  /** Of the entry: the value in its name comes first. */
  readonly dn: string;
  readonly context: ExpressionContext;
  /** Values of the variables that filter, map, exists, … bind, by slot. */
  readonly variables: Value[];
  /** Lists that were read or made ready for looking things up: within loops, the same ones come again and again. */
  lists?: Map<string, Value>;
  members?: Map<readonly Value[], Members>;
  /** Characters and elements that functions and operators may still work through. */
  work: number;
  /** Steps that filter, map, exists, … may still take: nested they multiply. */
  steps: number;
}

/** Steps of list macros in one evaluation: a group of 100,000 members can be looked through a few times. */
export const stepLimit = 500_000;

export function spendStep(run: Run): void {
  run.steps -= 1;
  if (run.steps < 0) throw new EvaluationError(`it takes more than ${stepLimit} steps over lists`);
}

/** What functions and operators may work through in one evaluation: the names of 100,000 members a few times. */
export const workLimit = 50_000_000;

/** Charges work by its size, before it is done. */
export function spendWork(run: Run, amount: number): void {
  run.work -= amount;
  if (run.work < 0) throw new EvaluationError(`it works through more than ${workLimit / 1e6} million characters`);
}

/** A part of an expression, ready to run. */
export interface Compiled {
  readonly type: StaticType;
  readonly run: (run: Run) => Value;
  /** The same in whatever order, for those to whom it does not matter: attributes of groups have thousands of values. */
  readonly runUnordered?: ((run: Run) => Value) | undefined;
  /** Known where the part is a literal. */
  readonly literal?: Value | undefined;
  /** Its name in lower case, where the part is nothing but an attribute: its values are text or bytes. */
  readonly attribute?: string | undefined;
}

/** What the compiler knows while it walks through an expression, and what it learns. */
export interface Scope {
  readonly source: string;
  /** The node where `ignoreIfEmpty` may stand: the whole expression of a map. */
  readonly root: unknown;
  /** How many variables are bound around here. */
  readonly depth: number;
  /** Bound variable in lower case → its slot. Names compare without case, as attributes do. */
  readonly variables: ReadonlyMap<string, number>;
  /** Attributes read so far, in lower case. */
  readonly attributes: Set<string>;
  /** DNs of the groups that were asked for so far. */
  readonly groups: Set<string>;
  /** Whether more than the entry was asked for so far. */
  readonly seen: { more: boolean };
}

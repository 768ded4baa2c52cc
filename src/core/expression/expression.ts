import type { AttributeValue, Entry } from '../model/entry.ts';

/** What an expression can result in. Null is "no value". */
export type ExpressionValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | DnReference
  | Unmanaged
  | readonly ExpressionValue[]
  | { readonly [name: string]: ExpressionValue };

/** What `ref(…)` gives: another entry, still by its DN. Becomes a `Reference` when all entries are known. */
export class DnReference {
  readonly dn: string;
  constructor(dn: string) {
    this.dn = dn;
  }
}

/** What `ignoreIfEmpty(…)` gives where there is no value: the target's own value is left as it is, not cleared. */
export class Unmanaged {
  readonly unmanaged = true;
}
export const unmanaged = new Unmanaged();

/** What an expression may ask beside the entry's own attributes. */
export interface ExpressionContext {
  /** Whether the entry belongs to the group with this DN, directly or through other groups. */
  readonly isMemberOf: (dn: string) => boolean;
  /**
   * Whether an instant (milliseconds since 1970) is over. Time can be asked for in no other way, so that whoever gives
   * the context knows until when a result holds.
   */
  readonly isOver: (instant: number) => boolean;
  /** Of an attribute with several values, the one that is to come first, by its name in lower case. */
  readonly preferred?: ReadonlyMap<string, AttributeValue>;
}

/** A compiled expression over one entry. */
export interface Expression {
  readonly source: string;
  /** LDAP attributes that it reads, in lower case: only these have to be fetched. */
  readonly attributes: ReadonlySet<string>;
  /** DNs of the groups for which it asks `memberOf(…)`, as they are written. */
  readonly groups: ReadonlySet<string>;
  /** True when nothing decides what it gives but the entry: no group, no other entry that a DN means, no time. */
  readonly isOwn: boolean;
  /** The inferred type where it is known at load: `string`, `bool`, `int`, `list`, `ref`, …; `dyn` where it is not. */
  readonly type: string;
  /** @throws EvaluationError */
  evaluate(entry: Entry, context: ExpressionContext): ExpressionValue;
}

/** What is wrong with an expression, and where (line and column from 1, within its own text). */
export interface ExpressionProblem {
  readonly line: number;
  readonly column: number;
  /** What and why, without position. */
  readonly message: string;
  /** What the author may have meant: a known function or attribute, a CEL spelling. */
  readonly suggestion?: string | undefined;
}

/** An entry for which an expression has no result. The message never contains values. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

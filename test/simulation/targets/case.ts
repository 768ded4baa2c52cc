import type { PartialDialect } from '../../../src/core/dialect/layers.ts';
import type { RemovalPolicy } from '../../../src/core/planning/policy.ts';
import type { PartialBehaviour } from '../../support/scim-server/index.ts';

/** What a client may know of a server that is like this, and how far such a server lets itself be brought. */
export interface Case {
  /** What else it has to be like for the value to matter. */
  readonly with?: PartialBehaviour;
  /** What a profile would say of it; nothing where the client finds out by itself. */
  readonly dialect?: PartialDialect;
  readonly leaves?: RemovalPolicy['leaves'];
  readonly createInactive?: boolean;
  /** SCIM paths that end as they can. */
  readonly loose?: readonly string[];
  /** Values are kept in a spelling of the server's own. */
  readonly respells?: true;
  /** Resources that cannot come about (SCIM type and display name or user name). */
  readonly lacks?: RegExp;
  /** Lists lie or lag, so that nobody can know that there is one already. */
  readonly hides?: true;
}

/** Why a value is not tried. */
export interface Untried {
  readonly untried: string;
}

export interface Example<Value> {
  readonly value: Value;
  readonly like: Case | Untried;
}

/**
 * A case for each value that there can be, or examples where there are too many: a new value, or a new key, does not
 * compile without. The value of a clean server needs none of its own, but is there.
 */
export type Cases<Value> = [Value] extends [boolean]
  ? Readonly<Record<'true' | 'false', Case | Untried>>
  : [Value] extends [string | number]
    ? string extends Value
      ? readonly Example<Value>[]
      : number extends Value
        ? readonly Example<Value>[]
        : Readonly<Record<Value & (string | number), Case | Untried>>
    : [Value] extends [readonly (infer Element extends string)[]]
      ? string extends Element
        ? readonly Example<Value>[]
        : Readonly<Record<Element, Case | Untried>>
      : readonly Example<Value>[];

export type SectionCases<Section> = { readonly [Key in keyof Section]-?: Cases<Section[Key]> };

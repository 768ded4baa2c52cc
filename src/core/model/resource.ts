import type { ResourceType, SourceId } from './entry.ts';

/** A JSON value as it stands in a SCIM body. Null never occurs: no value is expressed by absence (RFC 7643 §2.5). */
export type ScimValue = string | number | boolean | readonly ScimValue[] | { readonly [name: string]: ScimValue };

/**
 * A pointer to another resource, by source id. It becomes the target's own id when the request is sent, so that a plan
 * can be made, printed and hashed before the other resource exists on the target.
 */
export class Reference {
  readonly id: SourceId;
  constructor(id: SourceId) {
    this.id = id;
  }
}

export type DesiredValue = ScimValue | Reference;

/**
 * What a target should hold for one entry: SCIM path (canonical text, as `parseScimPath` prints it) → value.
 * A path that is mapped but has no value is present with `null`: the target's value, if it has one, is to be cleared.
 * A path that is not in here is not managed, and is left alone.
 */
export type DesiredAttributes = ReadonlyMap<string, DesiredValue | null>;

export interface Resource {
  readonly sourceId: SourceId;
  readonly directory: string;
  readonly type: ResourceType;
  /** Kept in step for ever. Contains `externalId`, and for users `active`. */
  readonly attributes: DesiredAttributes;
  /** Sent when the resource is created and never again (`apply: create`). */
  readonly createOnly: DesiredAttributes;
  /** Groups: who belongs to it, as source ids, only resources that are in the target's scope. Users: empty. */
  readonly members: readonly SourceId[];
  /**
   * What is as good as the value in `attributes`, by path: where the directory has several values and there is room for
   * one. The target keeps the one that it has.
   */
  readonly choices?: ReadonlyMap<string, readonly DesiredValue[]>;
  /**
   * Values that name nobody who is read, as they stand in the directory: of members, or of references. For people who
   * look; of them, only the number is stored, logged or measured. Absent where there are none.
   */
  readonly unresolved?: readonly string[];
  /**
   * Groups: whom values that name nobody may mean, although nothing proves it. That they stand nowhere else does not say
   * that they have left. Absent where there are none.
   */
  readonly possibleMembers?: readonly SourceId[];
  /** How a person would call it (userName or displayName). For plans on a terminal; never stored, logged or hashed. */
  readonly label: string;
}

/** The value at a path, whether it is kept in step or sent once. */
export function valueOf(
  { attributes, createOnly }: Pick<Resource, 'attributes'> & Partial<Pick<Resource, 'createOnly'>>,
  path: string,
): DesiredValue | null | undefined {
  return attributes.has(path) ? attributes.get(path) : createOnly?.get(path);
}

/** Why an entry gives no resource, in words for the person who has to mend it. */
export interface Reason {
  /** Stable, for grouping and for documentation: `map_error`, `active_unknown`, `required_missing`, `duplicate_match`, `ambiguous_match`, … */
  readonly code: ReasonCode;
  readonly text: string;
}

/** Why an entry cannot be written. */
export const reasonCodes = [
  'map_error',
  'hidden_attribute',
  'hidden_entry',
  'active_unknown',
  'required_missing',
  'duplicate_match',
  'duplicate_entry',
  'replication_conflict',
  'ambiguous_match',
  'match_taken',
  'match_foreign',
  'adoption_off',
  'not_created',
  'search_refused',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/**
 * An in-scope entry that cannot be written. It is neither updated nor does it count as departed; but when it is known
 * to be inactive in the directory (`active` is false), access still ends: a broken attribute never keeps a leaver in.
 */
export interface Rejected {
  readonly sourceId: SourceId;
  readonly directory: string;
  readonly type: ResourceType;
  readonly label: string;
  readonly active: boolean | undefined;
  readonly reasons: readonly Reason[];
}

/** How many entries are in scope and not in step, by the first reason of each. Without those that have none. */
export type ReasonCounts = Readonly<Partial<Record<ReasonCode, number>>>;

export function countReasons(rejected: readonly Pick<Rejected, 'reasons'>[]): ReasonCounts {
  const counts: Partial<Record<ReasonCode, number>> = {};
  for (const {
    reasons: [first],
  } of rejected)
    if (first !== undefined) counts[first.code] = (counts[first.code] ?? 0) + 1;
  return counts;
}

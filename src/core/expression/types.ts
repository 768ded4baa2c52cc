/**
 * What is known of a value before there is an entry. `string` is one text or, from an attribute with several values,
 * a list of texts: text functions work on each. `dyn` is anything: an attribute, an element of a list.
 */
export type StaticType = 'dyn' | 'null' | 'bool' | 'int' | 'double' | 'string' | 'bytes' | 'list' | 'map' | 'ref';

const names: Readonly<Record<StaticType, string>> = {
  dyn: 'a value of any kind',
  null: 'null',
  bool: 'a bool',
  int: 'an int',
  double: 'a double',
  string: 'a string',
  bytes: 'bytes',
  list: 'a list',
  map: 'a map',
  ref: 'a reference',
};

export function nameType(type: StaticType): string {
  return names[type];
}

/** Whether a value of this type can be one of the allowed types, as far as it is known. Null always can be. */
export function canBe(type: StaticType, allowed: readonly StaticType[]): boolean {
  return type === 'dyn' || type === 'null' || allowed.includes('dyn') || allowed.includes(type);
}

/** The one type that values of both types have; undefined when they have none in common. */
export function unify(left: StaticType, right: StaticType): StaticType | undefined {
  if (left === right || right === 'null') return left;
  if (left === 'null') return right;
  if (left === 'dyn' || right === 'dyn') return 'dyn';
  const both = new Set([left, right]);
  if (both.has('int') && both.has('double')) return 'double';
  if (both.has('list') && (both.has('string') || both.has('ref'))) return 'list';
  return undefined;
}

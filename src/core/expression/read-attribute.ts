import { typeName } from '../directory/attribute-types.ts';
import { parseDn } from '../directory/dn.ts';
import { fold, presentText } from '../directory/fold.ts';
import type { AttributeValue } from '../model/entry.ts';
import { spendWork, type Compiled, type Run } from './compiled.ts';
import { sizeOf } from './members.ts';
import type { Value } from './value.ts';

/**
 * The values of an attribute as an expression sees them. One value is a value, several are a list, none is null, and a
 * blank one is none. Space around a text does not count (RFC 4518 §2.6.1).
 *
 * The values of an attribute have no order (RFC 4512 §2.3): a server may give another one each time, and the value that
 * is a person's login must not change with it. The value in the entry's own name comes first, or the one that is
 * preferred, and the others follow by code point.
 */
export function readAttribute(name: string): Pick<Compiled, 'run' | 'runUnordered'> {
  const read = (
    run: Run,
    key: string,
    order: (values: readonly AttributeValue[]) => readonly AttributeValue[],
  ): Value => {
    const values = run.attributes.get(name);
    if (values === undefined) return null;
    const [first] = values;
    if (values.length === 1 && first !== undefined) return presentValue(first) ?? null;
    const known = run.lists?.get(key);
    if (known !== undefined) return known;
    const all = order(values);
    const value = all.length > 1 ? all : (all[0] ?? null);
    (run.lists ??= new Map<string, Value>()).set(key, value);
    return value;
  };
  return {
    run: (run) => read(run, name, (values) => inOrder(name, values, run)),
    runUnordered: (run) => read(run, `${name} in any order`, presentValues),
  };
}

/**
 * Values that stand for one another where there is room for one only: several, but no more than so many, and none of them
 * in the entry's name.
 */
export function interchangeable(
  name: string,
  most: number,
  { attributes, dn }: Pick<Run, 'attributes' | 'dn'>,
): readonly AttributeValue[] {
  const values = attributes.get(name) ?? [];
  if (values.length < 2 || values.length > most) return [];
  const sorted = sortedValues(values);
  return sorted.length < 2 || namingValue(name, sorted, dn) !== undefined ? [] : sorted;
}

/** What putting one more value in its place costs, as much as so many characters. */
const orderPrice = 64;

function inOrder(name: string, values: readonly AttributeValue[], run: Run): readonly AttributeValue[] {
  spendWork(run, orderPrice * values.length + sizeOf(values));
  const { dn, context } = run;
  const sorted = sortedValues(values);
  const first = namingValue(name, sorted, dn) ?? context.preferred?.get(name);
  return first === undefined || first === sorted[0] ? sorted : [first, ...sorted.filter((value) => value !== first)];
}

function sortedValues(values: readonly AttributeValue[]): readonly AttributeValue[] {
  const present = presentValues(values);
  return present.every((value, at) => at === 0 || compare(present[at - 1] ?? value, value) <= 0)
    ? present
    : [...present].sort(compare);
}

function presentValues(values: readonly AttributeValue[]): readonly AttributeValue[] {
  if (values.every((value) => presentValue(value) === value)) return values;
  return values.flatMap((value) => presentValue(value) ?? []);
}

function presentValue(value: AttributeValue): AttributeValue | undefined {
  return typeof value === 'string' ? presentText(value) : value;
}

/** Texts before bytes. */
function compare(left: AttributeValue, right: AttributeValue): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'string') return -1;
  if (typeof right === 'string') return 1;
  const length = Math.min(left.length, right.length);
  // A loop, and no callback: photos have megabytes.
  for (let at = 0; at < length; at += 1) if (left[at] !== right[at]) return (left[at] ?? 0) - (right[at] ?? 0);
  return left.length - right.length;
}

/** The value that names the entry (`uid` in `uid=anna,ou=people`), as the attribute has it. */
function namingValue(name: string, values: readonly AttributeValue[], dn: string): AttributeValue | undefined {
  const type = typeName(name);
  const rdn = firstOf(dn);
  if (!rdn.includes('+') && typeName(rdn.slice(0, Math.max(rdn.indexOf('='), 0)).trim()) !== type) return undefined;
  const named = parseDn(rdn)?.[0]?.filter((part) => typeName(part.type) === type) ?? [];
  if (named.length === 0) return undefined;
  const keys = new Set(named.map(({ value }) => fold(value)));
  return values.find((value) => typeof value === 'string' && keys.has(fold(value)));
}

/** The relative DN: up to the first comma that is not escaped or quoted, which is all that has to be taken apart. */
function firstOf(dn: string): string {
  return /^(?:\\.|"(?:\\.|[^"\\])*"|[^\\",;])*/s.exec(dn)?.[0] ?? dn;
}

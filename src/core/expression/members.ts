import { DnReference } from './expression.ts';
import { isEqual, isList, isMap, type Value } from './value.ts';

/** The elements of a list, ready for looking many things up. */
export interface Members {
  /** Whether the list was new to them; then it is among them now. */
  add(value: Value): boolean;
  has(value: Value): boolean;
}

/** Equality is that of `isEqual`. Lists and maps in lists are few, and are gone through. */
export function createMembers(values: readonly Value[] = []): Members {
  const plain = new Set<Value>();
  const keys = new Set<string>();
  const others: Value[] = [];
  const members: Members = {
    has(value) {
      const key = keyOf(value);
      if (key !== undefined) return keys.has(key);
      return isList(value) || isMap(value) ? others.some((other) => isEqual(other, value)) : plain.has(value);
    },
    add(value) {
      if (members.has(value)) return false;
      const key = keyOf(value);
      if (key !== undefined) keys.add(key);
      else if (isList(value) || isMap(value)) others.push(value);
      else plain.add(value);
      return true;
    },
  };
  for (const value of values) members.add(value);
  return members;
}

/** Of what is equal by its content. */
function keyOf(value: Value): string | undefined {
  if (value instanceof DnReference) return `dn ${value.dn}`;
  return value instanceof Uint8Array ? `bytes ${eachByte.decode(value)}` : undefined;
}

/** A character for each byte (WHATWG Encoding §9.1: this is windows-1252, in which no two bytes are the same). */
const eachByte = new TextDecoder('latin1');

/** About how much work a value is: its characters, and something for each element. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  return isList(value) ? value.reduce((sum: number, item) => sum + elementSize + sizeOf(item), 0) : 1;
}

const elementSize = 8;

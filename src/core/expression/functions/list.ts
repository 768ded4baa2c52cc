import { createMembers } from '../members.ts';
import { isList, isMap, kindOf, toList, type Value } from '../value.ts';
import { EvaluationError } from '../expression.ts';
import type { FunctionDefinition } from './function.ts';

/** Lists, where one value is a list of one and null is the empty list. */
export const listFunctions: readonly FunctionDefinition[] = [
  {
    name: 'size',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: 'int',
    doc: 'How many characters, elements or bytes. Null: 0.',
    example: ['size(proxyAddresses)', '2'],
    entra: 'Count',
    call: ([value = null]) => {
      if (value === null) return 0;
      if (typeof value === 'string') return Array.from(value).length;
      if (value instanceof Uint8Array) return value.length;
      if (isMap(value)) return value.size;
      if (isList(value)) return value.length;
      throw new EvaluationError(`size() needs text or a list, and got ${kindOf(value)}`);
    },
  },
  {
    name: 'unique',
    parameters: [{ name: 'list', kind: 'list' }],
    returns: 'list',
    doc: 'Every value once, in the order of its first occurrence.',
    example: ['unique(["a", "b", "a"])', '["a","b"]'],
    entra: 'RemoveDuplicates',
    call: ([value = null]) => {
      const seen = createMembers();
      return toList(value).filter((item) => seen.add(item));
    },
  },
  {
    name: 'sort',
    parameters: [{ name: 'list', kind: 'list' }],
    returns: 'list',
    doc: 'In ascending order: numbers before texts, texts by code point.',
    example: ['sort(["b", "a"])', '["a","b"]'],
    call: ([value = null]) => [...toList(value)].sort(compare),
  },
];

function compare(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'number') return -1;
  if (typeof right === 'number') return 1;
  if (typeof left !== 'string' || typeof right !== 'string')
    throw new EvaluationError('sort() can order texts and numbers only');
  return left < right ? -1 : left > right ? 1 : 0;
}

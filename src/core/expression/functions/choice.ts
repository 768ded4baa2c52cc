import { unmanaged } from '../expression.ts';
import type { Compiled } from '../compiled.ts';
import { unify, type StaticType } from '../types.ts';
import { choose } from '../operators.ts';
import { isEmpty, isEqual, isList } from '../value.ts';
import type { FunctionDefinition } from './function.ts';

/** One value out of several. Null, the empty text and the empty list are no value. */
export const choiceFunctions: readonly FunctionDefinition[] = [
  {
    name: 'first',
    parameters: [{ name: 'value', kind: 'any', occurs: 'rest' }],
    returns: (types) => common(types.map((type) => (type === 'list' ? 'dyn' : type))),
    doc: 'The first value there is among the arguments; of a list its first element.',
    example: ['first(displayName, join(" ", givenName, sn))', '"Zoë Olsen"'],
    call: (values) =>
      values.flatMap((value) => (isList(value) ? value : [value])).find((value) => !isEmpty(value)) ?? null,
  },
  {
    name: 'coalesce',
    parameters: [{ name: 'value', kind: 'any', occurs: 'rest' }],
    returns: common,
    doc: 'The first argument that has a value; a list stays a list.',
    example: ['coalesce(mobile, telephoneNumber)', '"+47 22 33 44 55"'],
    entra: 'Coalesce',
    call: (values) => values.find((value) => !isEmpty(value)) ?? null,
  },
  {
    name: 'iif',
    parameters: [
      { name: 'condition', kind: 'bool' },
      { name: 'then', kind: 'any' },
      { name: 'else', kind: 'any' },
    ],
    returns: (types) => common(types.slice(1)),
    doc: 'One of two values, the same as `condition ? then : else`. A condition that is null takes `else`.',
    example: ['iif(c == "NO", "nb-NO", "en-US")', '"nb-NO"'],
    entra: 'IIF',
    lazy: ([condition, yes, no]) => choose(condition, yes, no),
  },
  {
    name: 'switch',
    parameters: [
      { name: 'value', kind: 'any' },
      { name: 'default', kind: 'any' },
      { name: 'key1, value1', kind: 'any', occurs: 'rest' },
    ],
    returns: (types) => common(types.filter((_, at) => at % 2 === 1)),
    doc: 'The value that stands after the key that equals `value`, or the default.',
    example: ['switch(c, "en", "NO", "nb", "SE", "sv")', '"nb"'],
    entra: 'Switch',
    check: (args: readonly Compiled[]) =>
      args.length % 2 === 0 ? undefined : 'after the default, every key of switch() needs a value',
    call: ([value = null, otherwise = null, ...pairs]) => {
      const at = pairs.findIndex((key, index) => index % 2 === 0 && isEqual(key, value));
      return (at === -1 ? otherwise : pairs[at + 1]) ?? null;
    },
  },
  {
    name: 'ignoreIfEmpty',
    parameters: [{ name: 'value', kind: 'any' }],
    returns: common,
    doc: 'The value; where there is none, the value of the target is left as it is and not cleared. Only around a whole expression of a map.',
    example: ['ignoreIfEmpty(title)', '"Senior Engineer"'],
    entra: 'IgnoreFlowIfNullOrEmpty',
    call: ([value = null]) => (isEmpty(value) ? unmanaged : value),
  },
];

function common(types: readonly StaticType[]): StaticType {
  return types.reduce<StaticType>((left, right) => unify(left, right) ?? 'dyn', 'null');
}

import type { Expression } from '../expression/expression.ts';
import { kindOfPath } from './path-kind.ts';
import type { ScimPath } from './scim-path.ts';

/** What is wrong when this expression fills this path, as a sentence; undefined when it can give what the path holds. */
export function checkRule(path: ScimPath, expression: Pick<Expression, 'source' | 'type'>): string | undefined {
  const { type, source } = expression;
  const wants = (what: string, fix: string) => `${path.text} wants ${what}, and this gives ${given(type)}; ${fix}`;
  const kind = kindOfPath(path);
  if (kind === 'foreign') {
    return path.attribute.toLowerCase() === 'members'
      ? 'members cannot be mapped: they are the members of the group in the directory'
      : `${path.attribute} cannot be mapped: the target alone writes it`;
  }
  if (type === 'bytes') return wants(kind === 'bool' ? 'true or false' : 'text', 'write base64(…) around it');
  switch (kind) {
    case 'bool':
      return type === 'bool' || type === 'dyn' ? undefined : wants('true or false', 'compare it, like with == or !=');
    case 'reference':
      return ['ref', 'list', 'null'].includes(type)
        ? undefined
        : `${path.text} wants a reference to another person; write ref(${/^\w+$/.test(source.trim()) ? source.trim() : '…'})`;
    case 'text':
      if (['string', 'list', 'dyn', 'null'].includes(type)) return undefined;
      return wants('text', type === 'map' || type === 'ref' ? 'choose a text in it' : 'write string(…) around it');
    case 'complex':
      return ['map', 'string', 'dyn', 'null'].includes(type)
        ? undefined
        : wants('a map, like {"value": mail}', 'write one');
    case 'many':
      return ['list', 'map', 'string', 'dyn', 'null'].includes(type)
        ? undefined
        : wants('a list', 'write […] around it');
    case 'any':
      return undefined;
  }
}

function given(type: string): string {
  const names: Readonly<Record<string, string>> = {
    bool: 'true or false',
    int: 'a number',
    double: 'a number',
    string: 'text',
    list: 'a list',
    map: 'a map',
    ref: 'a reference',
    null: 'null',
    bytes: 'bytes',
  };
  return names[type] ?? 'a value of another kind';
}

import { compileExpression, isProblem } from '../../src/core/expression/compile.ts';
import type { Expression } from '../../src/core/expression/expression.ts';
import type { MapRule, NestedGroups, TargetDefinition, TypeScope } from '../../src/core/mapping/definition.ts';
import { scimPath } from '../../src/core/mapping/scim-path.ts';
import type { AttributeValue, Entry, ResourceType } from '../../src/core/model/entry.ts';

type Values = Readonly<Record<string, AttributeValue | readonly AttributeValue[]>>;

/** An entry as a source reads it: names in lower case, every value in a list. */
export function entry(
  id: string,
  attributes: Values = {},
  rest: Partial<Pick<Entry, 'directory' | 'type' | 'dn'>> = {},
): Entry {
  const lists = Object.entries(attributes).map(([name, value]): [string, readonly AttributeValue[]] => [
    name.toLowerCase(),
    typeof value === 'string' || value instanceof Uint8Array ? [value] : value,
  ]);
  return { id, directory: 'corp', type: 'user', dn: `CN=${id},OU=Staff,DC=corp`, ...rest, attributes: new Map(lists) };
}

export function group(
  id: string,
  members: readonly string[],
  attributes: Values = {},
  rest: Partial<Pick<Entry, 'directory' | 'dn'>> = {},
): Entry {
  const member = members.length === 0 ? {} : { member: members };
  return entry(id, { cn: id, ...member, ...attributes }, { dn: dnOfGroup(id), ...rest, type: 'group' });
}

/** A moment for projections, in milliseconds since 1970: the same every time. */
export const now = Date.UTC(2026, 5, 15, 12);

export const dnOf = (id: string) => `CN=${id},OU=Staff,DC=corp`;
export const dnOfGroup = (id: string) => `CN=${id},OU=Groups,DC=corp`;

/** An expression that is expected to be good. */
export function compiled(source: string, expected: 'any' | 'bool' = 'any'): Expression {
  const expression = compileExpression(source, expected);
  if (isProblem(expression)) throw new Error(`${source}: ${expression.message}`);
  return expression;
}

export type MapText = Readonly<
  Record<string, string | { readonly value: string; readonly apply: 'create' | 'always' }>
>;

function rules(map: MapText): MapRule[] {
  return Object.entries(map).map(([path, rule]) => ({
    path: scimPath(path),
    expression: compiled(typeof rule === 'string' ? rule : rule.value),
    apply: typeof rule === 'string' ? 'always' : rule.apply,
  }));
}

interface DefinitionText {
  readonly directories?: readonly string[];
  readonly sees?: Readonly<Record<string, readonly string[]>>;
  readonly overlap?: TargetDefinition['overlap'];
  readonly users?: MapText;
  readonly groups?: MapText;
  readonly scope?: Partial<Record<ResourceType, { readonly where?: string; readonly memberOf?: readonly string[] }>>;
  readonly nested?: NestedGroups;
  readonly match?: Partial<Record<ResourceType, readonly string[]>>;
  readonly required?: Partial<Record<ResourceType, readonly string[]>>;
}

/** A target as its configuration would define it. */
export function definition(text: DefinitionText = {}): TargetDefinition {
  const map = {
    user: rules(text.users ?? { userName: 'lower(mail)' }),
    group: rules(text.groups ?? { displayName: 'cn' }),
  };
  const scope = (type: ResourceType): TypeScope => {
    const { where, memberOf = [] } = text.scope?.[type] ?? {};
    return { where: where === undefined ? undefined : compiled(where, 'bool'), memberOf };
  };
  return {
    target: 'wiki',
    maps: new Map((text.directories ?? ['corp']).map((name) => [name, map])),
    sees: new Map(Object.entries(text.sees ?? {}).map(([name, others]) => [name, new Set(others)])),
    overlap: text.overlap,
    scope: { user: scope('user'), group: scope('group') },
    nested: text.nested ?? 'flatten',
    match: {
      user: text.match?.user ?? ['externalId', 'userName'],
      group: text.match?.group ?? ['externalId', 'displayName'],
    },
    required: { user: (text.required?.user ?? []).map(scimPath), group: (text.required?.group ?? []).map(scimPath) },
    profile: 'rfc7644',
  };
}

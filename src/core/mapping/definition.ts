import type { Expression } from '../expression/expression.ts';
import type { ResourceType } from '../model/entry.ts';
import { memberAttributes } from './member-values.ts';
import { primaryGroupAttributes } from './primary-group.ts';
import type { ScimPath } from './scim-path.ts';

/** One line of an attribute map. */
export interface MapRule {
  readonly path: ScimPath;
  readonly expression: Expression;
  /** `create`: sent when the resource is created, and never again. */
  readonly apply: 'always' | 'create';
  /** Of several values, the first alone: the target has room for one. */
  readonly single?: true;
}

/** Who of a type belongs on a target. Every condition that is given must hold. */
export interface TypeScope {
  readonly where?: Expression | undefined;
  /** DNs of groups; membership in one of them, direct or through other groups, is enough. Empty: no condition. */
  readonly memberOf: readonly string[];
  /** False: the target has nothing of this type, whatever the conditions say. True unless said. */
  readonly supported?: boolean;
}

/** `flatten`: the members of groups in groups count as members. `keep`: groups are members. `direct`: users only. */
export type NestedGroups = 'flatten' | 'keep' | 'direct';

/** What one target wants from its directories: everything that decides which resources exist and what they hold. */
export interface TargetDefinition {
  readonly target: string;
  /** Attribute maps by directory: the preset of its kind with what the configuration adds. */
  readonly maps: ReadonlyMap<string, Readonly<Record<ResourceType, readonly MapRule[]>>>;
  readonly scope: Readonly<Record<ResourceType, TypeScope>>;
  readonly nested: NestedGroups;
  /** Canonical SCIM paths by which an existing resource is found, in order. */
  readonly match: Readonly<Record<ResourceType, readonly string[]>>;
  /** The canonical SCIM path of users by whose value they get seats; `userName` unless said. */
  readonly seatOrder?: string | undefined;
  /** Which other directories the DNs in a directory may mean, by its name. None unless said. */
  readonly sees?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** `allowed`: an entry may pass from one directory to another without a word. Otherwise a person is asked. */
  readonly overlap?: 'held' | 'allowed' | undefined;
  /** SCIM paths without which the target refuses a resource. */
  readonly required: Readonly<Record<ResourceType, readonly ScimPath[]>>;
  /** The profile that says so, for sentences. */
  readonly profile: string;
}

/** LDAP attributes in lower case that the source must fetch for a target's map and scope, of one directory. */
export function neededAttributes(definition: TargetDefinition, directory: string): Record<ResourceType, Set<string>> {
  const needed = {
    user: new Set<string>([...memberAttributes.user, ...primaryGroupAttributes.user]),
    group: new Set<string>([...memberAttributes.group, ...primaryGroupAttributes.group]),
  };
  // Somebody from elsewhere is found by it, and there is no elsewhere.
  if (definition.maps.size === 1) needed.user.delete('objectsid');
  for (const type of ['user', 'group'] as const) {
    const where = definition.scope[type].where;
    const expressions = [
      ...(definition.maps.get(directory)?.[type] ?? []).map((rule) => rule.expression),
      ...(where === undefined ? [] : [where]),
    ];
    for (const expression of expressions) for (const name of expression.attributes) needed[type].add(name);
  }
  return needed;
}

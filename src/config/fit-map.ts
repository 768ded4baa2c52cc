import type { Dialect } from '../core/dialect/dialect.ts';
import { isSingle, singleLists } from '../core/dialect/single-lists.ts';
import { coversPath } from '../core/mapping/cover-path.ts';
import type { MapRule } from '../core/mapping/definition.ts';
import { desiredPath } from '../core/mapping/path-kind.ts';
import { elementText, scimPath, type ScimPath } from '../core/mapping/scim-path.ts';
import type { ResourceType } from '../core/model/entry.ts';

const severalOf: ReadonlySet<string> = new Set(singleLists.map((name) => name.toLowerCase()));

/**
 * A map as the target can take it: without what it does not know, with what it never changes sent at creation only, and
 * with one element of a list where it has room for one.
 */
export function fitMap(rules: readonly MapRule[], dialect: Dialect, type: ResourceType): MapRule[] {
  const { drop, immutable, update } = type === 'user' ? dialect.users : dialect.groups;
  const isNamed = (paths: readonly string[], path: ScimPath) => {
    const own = scimPath(desiredPath(path));
    return paths.some((one) => coversPath(scimPath(one), own));
  };
  const taken = rules.filter(({ path }) => !isNamed(drop, path));
  const fitting = keepFirst(taken, dialect);
  return fitting.map((rule) => {
    const isActive = desiredPath(rule.path) === 'active';
    const once = !isActive && (update === 'none' || isNamed(immutable, rule.path));
    return once ? { ...rule, apply: 'create' } : rule;
  });
}

/** Of the elements of one attribute with room for one, the one that is mapped first; and of a whole list, its first value. */
function keepFirst(rules: readonly MapRule[], { values }: Dialect): MapRule[] {
  const kept = new Map<string, string>();
  return rules.flatMap((rule) => {
    const { path } = rule;
    const attribute = path.attribute.toLowerCase();
    if (path.schema !== undefined || !isSingle(values, attribute)) return [rule];
    const element = elementText(path).toLowerCase();
    const first = kept.get(attribute) ?? element;
    kept.set(attribute, first);
    return first === element ? [{ ...rule, single: true }] : [];
  });
}

/** What the target requires of the map: what is marked as primary when it is written needs no rule. */
export function requiredPaths(dialect: Dialect, type: ResourceType): ScimPath[] {
  const { required } = type === 'user' ? dialect.users : dialect.groups;
  const isMarked = ({ schema, attribute, sub }: ScimPath) =>
    dialect.values.primary &&
    schema === undefined &&
    severalOf.has(attribute.toLowerCase()) &&
    sub?.toLowerCase() === 'primary';
  return required.map(scimPath).filter((path) => !isMarked(path));
}

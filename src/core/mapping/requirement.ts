import { Reference, valueOf, type DesiredValue, type Resource } from '../model/resource.ts';
import type { ReadyRule } from './apply-rule.ts';
import { desiredPath } from './path-kind.ts';
import { scimPath, shortPath, type ScimPath } from './scim-path.ts';

/** A path without which a target refuses a resource, and the rules that may give it. One of them is enough. */
export interface Requirement {
  /** For people. */
  readonly name: string;
  readonly givers: readonly Giver[];
}

export interface Giver {
  /** Canonical path of the rule. */
  readonly path: string;
  readonly gives: (value: DesiredValue) => boolean;
}

/** What a map has to fill for a target, beside what everyone has without a rule. */
export function requirementsOf(
  required: readonly ScimPath[],
  rules: readonly Pick<ReadyRule, 'path'>[],
): Requirement[] {
  return required
    .filter(({ text }) => text !== 'externalId' && text !== 'active')
    .map((wanted) => {
      const own = scimPath(desiredPath(wanted));
      const givers = rules.flatMap(({ path }): Giver[] => {
        const gives = giving(own, scimPath(path));
        return gives === undefined ? [] : [{ path, gives }];
      });
      return { name: shortPath(own.text), givers };
    });
}

/** When the value at a path gives what is required; undefined: never. */
function giving(wanted: ScimPath, path: ScimPath): Giver['gives'] | undefined {
  if (!isSame(wanted.schema, path.schema) || !isSame(wanted.attribute, path.attribute)) return undefined;
  const { filter, sub } = wanted;
  if (
    filter !== undefined &&
    path.filter !== undefined &&
    !(isSame(filter.attribute, path.filter.attribute) && filter.value === path.filter.value)
  )
    return undefined;
  if (sub === undefined || isSame(sub, path.sub)) return () => true;
  // The element of `emails[type eq "work"].value` gets its type from the path.
  if (isSame(sub, path.filter?.attribute)) return () => true;
  return path.sub === undefined ? (value) => holds(value, sub) : undefined;
}

function holds(value: DesiredValue, sub: string): boolean {
  if (value instanceof Reference) return true;
  if (Array.isArray(value)) {
    const elements: readonly DesiredValue[] = value;
    return elements.every((element) => holds(element, sub));
  }
  return typeof value === 'object' ? Object.keys(value).some((key) => isSame(key, sub)) : isSame(sub, 'value');
}

function isSame(left: string | undefined, right: string | undefined): boolean {
  return left?.toLowerCase() === right?.toLowerCase();
}

/** Whether what is required is given at this path. */
export function gives(giver: Giver, given: Pick<Resource, 'attributes' | 'createOnly'>): boolean {
  const value = valueOf(given, giver.path);
  return value !== undefined && value !== null && giver.gives(value);
}

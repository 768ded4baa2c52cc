import { readScimPath, sameScimValue, scimPath } from '../mapping/scim-path.ts';
import { Reference, type DesiredValue, type Resource } from '../model/resource.ts';
import type { PlanInput } from './plan-input.ts';
import { digestAttributes, type TargetIdOf } from './diff.ts';

/**
 * The same resource with the values that the target has, where several are equally good: what was sent last, or what an
 * account that is taken over shows. So another order of values, or a new one beside them, changes nobody's login.
 */
export function keepChoices(
  resource: Resource,
  { links, matches, digest }: Pick<PlanInput, 'links' | 'matches' | 'digest'>,
  targetIdOf: TargetIdOf,
): Resource {
  const { choices, sourceId, attributes } = resource;
  if (choices === undefined) return resource;
  const link = links.get(sourceId);
  const body = matches.get(sourceId)?.body;
  const isHeld = (path: string, value: DesiredValue): boolean => {
    if (body !== undefined)
      return !(value instanceof Reference) && sameScimValue(value, readScimPath(body, scimPath(path)));
    const held = link?.attributes[path];
    return held !== undefined && digestAttributes(new Map([[path, value]]), digest, targetIdOf)[path] === held;
  };
  const kept = [...choices].flatMap(([path, others]): [string, DesiredValue][] => {
    const own = attributes.get(path);
    if (own === null || own === undefined || isHeld(path, own)) return [];
    const other = others.find((value) => isHeld(path, value));
    return other === undefined ? [] : [[path, other]];
  });
  return kept.length === 0 ? resource : { ...resource, attributes: new Map([...attributes, ...kept]) };
}

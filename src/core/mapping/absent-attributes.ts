import type { EntryList } from '../model/entries.ts';
import type { ResourceType } from '../model/entry.ts';
import type { TargetDefinition } from './definition.ts';

/**
 * Attributes that the maps of a target mention and that no entry of the type has: a slip in the name looks exactly like
 * this, and so does a right that the bind account lacks. Nothing is said of a type of which there is nobody.
 */
export function absentAttributes(
  entries: EntryList,
  { maps }: TargetDefinition,
): Readonly<Record<ResourceType, readonly string[]>> {
  const absentOf = (type: ResourceType): string[] => {
    const wanted = new Set(
      [...maps.values()].flatMap((map) => map[type].flatMap(({ expression }) => [...expression.attributes])),
    );
    let isAny = false;
    for (const entry of entries) {
      if (entry.type !== type || !maps.has(entry.directory)) continue;
      isAny = true;
      for (const name of wanted) if (entry.attributes.has(name)) wanted.delete(name);
    }
    return isAny ? [...wanted].sort() : [];
  };
  return { user: absentOf('user'), group: absentOf('group') };
}

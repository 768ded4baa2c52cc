import { elementText, scimPath } from '../core/mapping/scim-path.ts';
import type { ScimChange } from '../ports/scim-target.ts';

/**
 * Puts the removal of a whole element (`addresses[type eq "work"]`) in the place of the removals of everything that we
 * had in it. One by one they would leave a shell behind that says nothing but its type.
 *
 * @param held paths that have a value before these changes
 */
export function clearWholeElements(changes: readonly ScimChange[], held: Iterable<string>): ScimChange[] {
  const cleared = new Set(changes.filter(({ change }) => change === 'clear').map(({ path }) => path));
  const kept = [...held, ...changes.map(({ path }) => path)].filter((path) => !cleared.has(path));
  const alive = new Set(kept.map(elementOf));
  const gone = new Set<string>();
  return changes.flatMap((change): ScimChange[] => {
    const element = elementOf(change.path);
    if (change.change === 'set' || element === undefined || alive.has(element)) return [change];
    if (gone.has(element)) return [];
    gone.add(element);
    return [{ path: element, change: 'clear' }];
  });
}

/** The element of a multi-valued attribute that a path leads into. */
function elementOf(text: string): string | undefined {
  const path = scimPath(text);
  return path.filter === undefined ? undefined : elementText(path);
}

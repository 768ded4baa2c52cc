import { elementText, scimPath } from '../../core/mapping/scim-path.ts';
import type { ScimValue } from '../../core/model/resource.ts';
import type { ScimChange } from '../../ports/scim-target.ts';

/**
 * Says changes of a whole element (`addresses[type eq "work"]`) in one: the removal of everything that we had in it, which
 * one by one would leave a shell behind that says nothing but its type; and an element that was not there yet, whose parts
 * no path could find (RFC 7644 §3.5.2.1: `noTarget`).
 *
 * @param held paths that have a value before these changes
 */
export function wholeElements(changes: readonly ScimChange[], held: Iterable<string>): ScimChange[] {
  const before = new Set([...held].map(elementOf));
  const elements = Map.groupBy(changes, ({ path }) => elementOf(path));
  const cleared = new Set(changes.filter(({ change }) => change === 'clear').map(({ path }) => path));
  const alive = new Set(
    [...held, ...changes.map(({ path }) => path)].filter((path) => !cleared.has(path)).map(elementOf),
  );
  return changes.flatMap((change): ScimChange[] => {
    const element = elementOf(change.path);
    const own = element === undefined ? [] : (elements.get(element) ?? []);
    if (element === undefined) return [change];
    const whole = alive.has(element) ? arrival(element, own, before) : { path: element, change: 'clear' as const };
    if (whole === undefined) return [change];
    return change === own[0] ? [whole] : [];
  });
}

/** One change that brings a new element. Of an e-mail the value alone tells that it is new: the adapter sees that itself. */
function arrival(
  element: string,
  own: readonly ScimChange[],
  before: ReadonlySet<string | undefined>,
): ScimChange | undefined {
  if (before.has(element)) return undefined;
  const value: Record<string, ScimValue> = {};
  for (const change of own) {
    const { sub } = scimPath(change.path);
    if (change.change === 'clear' || change.had || sub === undefined || sub.toLowerCase() === 'value') return undefined;
    value[sub] = change.value;
  }
  return { path: element, change: 'set', value, had: false };
}

/** The element of a multi-valued attribute that a path leads into. */
function elementOf(text: string): string | undefined {
  const path = scimPath(text);
  return path.filter === undefined ? undefined : elementText(path);
}

import type { SourceId } from '../model/entry.ts';
import type { TargetId } from '../model/link.ts';
import { readScimPath, scimPath } from '../mapping/scim-path.ts';
import { scimValues, textOf } from '../mapping/scim-values.ts';

/** Who is in a group that is being adopted, as the answer shows it in which it was found. */
export interface ShownMembers {
  /** Those of the wanted ones who are there: nobody puts them in once more. */
  readonly present: readonly SourceId[];
  /** The others who are in it. */
  readonly strangers: readonly TargetId[];
}

/** Undefined when the answer shows no members at all: many leave them out of lists. */
export function shownMembers(
  body: Readonly<Record<string, unknown>>,
  wanted: Iterable<SourceId>,
  targetIdOf: (id: SourceId) => TargetId | undefined,
): ShownMembers | undefined {
  const shown = membersShown(body);
  if (shown === undefined) return undefined;
  const present = [...wanted].filter((id) => shown.has(targetIdOf(id) ?? ''));
  const strangers = new Set(shown);
  for (const id of present) strangers.delete(targetIdOf(id) ?? '');
  return { present, strangers: [...strangers] };
}

/** As many are looked at, and remembered where they are strangers; a group with more shows none of them. */
const mostMembers = 250_000;
/** Characters of an id that a target may have. */
const longestId = 255;

/** The target's ids of everybody in a group, as an answer shows it. */
export function membersShown(body: Readonly<Record<string, unknown>>): ReadonlySet<TargetId> | undefined {
  const shown = readScimPath(body, scimPath('members'));
  if (!Array.isArray(shown) || shown.length > mostMembers) return undefined;
  const ids = scimValues(body, scimPath('members.value')).flatMap((value) => textOf(value) ?? []);
  return new Set(ids.filter(({ length }) => length <= longestId));
}

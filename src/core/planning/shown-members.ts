import type { SourceId } from '../model/entry.ts';
import type { TargetId } from '../model/link.ts';
import { readScimPath, scimPath } from '../mapping/scim-path.ts';
import { scimValues, textOf } from '../mapping/scim-values.ts';

/** Who is in a group that is being adopted, as the answer shows it in which it was found. */
export interface ShownMembers {
  /** Those of the wanted ones who are there: nobody puts them in once more. */
  readonly present: readonly SourceId[];
  /** How many others are in it. */
  readonly strangers: number;
}

/** Undefined when the answer shows no members at all: many leave them out of lists. */
export function shownMembers(
  body: Readonly<Record<string, unknown>>,
  wanted: Iterable<SourceId>,
  targetIdOf: (id: SourceId) => TargetId | undefined,
): ShownMembers | undefined {
  if (!Array.isArray(readScimPath(body, scimPath('members')))) return undefined;
  const shown = new Set(scimValues(body, scimPath('members.value')).flatMap((value) => textOf(value) ?? []));
  const present = [...wanted].filter((id) => shown.has(targetIdOf(id) ?? ''));
  return { present, strangers: shown.size - present.length };
}

import type { MemberChange } from '../../../ports/scim-target.ts';
import type { TargetDialect } from '../dialect/target-dialect.ts';
import type { Answer } from '../shared/message.ts';
import type { ShownMembers } from './shown-members.ts';

/**
 * Some targets show no more than so many members of a group (100, 1,000), however many there are. Whoever is shown is in;
 * who is not shown may be in as well. So a list of exactly that length says nothing of those who are missing from it.
 */

type Evidence = Pick<TargetDialect, 'evidence'>;

/** Bounds that people choose are multiples of this. */
const roundBy = 25;

function factOf(length: number): string {
  return `shows at most ${length} members of a group`;
}

/** Whether a list is known to be cut off where it ends. */
export function isCutOff({ evidence }: Evidence, { ids }: ShownMembers): boolean {
  return evidence.has(factOf(ids.size));
}

/**
 * Members were added, in every form that is known, each was answered as if it were done, and the list is as long as before:
 * a round number, with nobody in it who is not known. Then that number is taken for all that the target shows.
 */
export async function noteCutOff(
  { evidence }: Evidence,
  { add, current }: MemberChange,
  { ids }: ShownMembers,
): Promise<boolean> {
  const known = new Set([...(await current()), ...add.map(({ id }) => id)]);
  const isBound =
    ids.size > 0 && ids.size % roundBy === 0 && known.size > ids.size && [...ids].every((id) => known.has(id));
  if (isBound) evidence.note(factOf(ids.size));
  return isBound;
}

/** The answer to a change of members in a group whose list is cut off: who joined cannot be seen, and is counted so. */
export function notAllShown(answer: Answer, { add }: Pick<MemberChange, 'add'>): Answer {
  return { ...answer, body: undefined, ...(add.length > 0 ? { unverified: true as const } : {}) };
}

import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import { eachInSteps, type Steps } from '../model/steps.ts';
import type { Sees } from './visibility.ts';

/** Who is in a group by which a scope goes, through whichever groups. */
export interface Membership {
  /** The directory of the group. */
  readonly directory: string;
  /** How many of each type are in it. */
  readonly counts: Readonly<Record<ResourceType, number>>;
  /** Who is not in it, and may be meant by a value in it that names nobody. */
  readonly possible: ReadonlySet<SourceId>;
  /** Whether this very entry is in it: one with the same id in a directory that is not seen is somebody else's word. */
  readonly has: (entry: Pick<Entry, 'id' | 'directory'>) => boolean;
}

/** @param directory that of the group */
export function* createMembership(
  directory: string,
  members: Iterable<Entry>,
  possible: Iterable<Entry>,
  sees: Sees,
): Steps<Membership> {
  const ids = new Set<SourceId>();
  const counts = { user: 0, group: 0 };
  /** Of those who were reached in another directory than that of the group, or in several. */
  const elsewhere = new Map<SourceId, Set<string>>();
  yield* eachInSteps(members, (member) => {
    if (member.directory !== directory || elsewhere.has(member.id))
      noteDirectory(elsewhere, member, ids.has(member.id) ? directory : undefined);
    if (!ids.has(member.id)) counts[member.type] += 1;
    ids.add(member.id);
  });
  const others = new Set<SourceId>();
  yield* eachInSteps(possible, ({ id }) => {
    if (!ids.has(id)) others.add(id);
  });
  const has: Membership['has'] = (entry) =>
    ids.has(entry.id) && [...(elsewhere.get(entry.id) ?? [directory])].some((known) => sees(known, entry.directory));
  return { directory, counts, possible: others, has };
}

function noteDirectory(elsewhere: Map<SourceId, Set<string>>, { id, directory }: Entry, own: string | undefined): void {
  const known = elsewhere.get(id);
  if (known === undefined) elsewhere.set(id, new Set(own === undefined ? [directory] : [own, directory]));
  else known.add(directory);
}

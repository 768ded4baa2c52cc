import type { Entry, ResourceType, SourceId } from '../model/entry.ts';
import { eachInSteps, type Steps } from '../model/steps.ts';
import type { EntryTable } from './entry-table.ts';
import { RowSet } from './row-set.ts';
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

/**
 * @param directory that of the group
 * @param members rows of the table
 */
export function* createMembership(
  directory: string,
  members: Iterable<number>,
  possible: Iterable<number>,
  { table, sees }: { readonly table: EntryTable; readonly sees: Sees },
): Steps<Membership> {
  const rows = new RowSet(table.length);
  const counts = { user: 0, group: 0 };
  const mayRepeat = table.directories.length > 1;
  yield* eachInSteps(members, (row) => {
    const isNew = !mayRepeat || !table.rowsOf(table.id(row)).some((other) => rows.has(other));
    if (isNew && !rows.has(row)) counts[table.type(row)] += 1;
    rows.add(row);
  });
  const others = new Set<SourceId>();
  yield* eachInSteps(possible, (row) => {
    const id = table.id(row);
    if (!table.rowsOf(id).some((other) => rows.has(other))) others.add(id);
  });
  const has: Membership['has'] = ({ id, directory: own }) =>
    table.rowsOf(id).some((row) => rows.has(row) && sees(table.directory(row), own));
  return { directory, counts, possible: others, has };
}

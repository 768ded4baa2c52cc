/**
 * Whether a DN in one directory may mean an entry of another. Directories of one target may be of different trust: a
 * partner's file may hold any DN and any id. So a name means somebody of the directory in which it stands, or of one that
 * the configuration lets this directory see (the domains of a forest).
 */
export type Sees = (from: string, to: string) => boolean;

/** @param sees which other directories each one sees, by name */
export function visibilityOf(sees: ReadonlyMap<string, ReadonlySet<string>> | undefined): Sees {
  return (from, to) => from === to || sees?.get(from)?.has(to) === true;
}

/** Those of some rows whom a directory sees. */
export function seenFrom(
  directory: string,
  rows: readonly number[],
  directoryOf: (row: number) => string,
  sees: Sees,
): readonly number[] {
  const isSeen = (row: number): boolean => sees(directory, directoryOf(row));
  return rows.every(isSeen) ? rows : rows.filter(isSeen);
}

/** Who was in a group as far as anybody knew: whether they are active says whether the target should show them. */
export interface KnownMember<Id> {
  readonly id: Id;
  readonly active: boolean;
  /** The group shows them. */
  readonly shown: boolean;
}

/**
 * Who is missing from a group that shows its members. Some targets take whoever is switched off out of their groups, so
 * that their absence alone is no loss. It is one when active members are missing as well, for then the group lost them
 * all in the same way, or when it shows others who are switched off; or when the target takes out others with those who leave.
 */
export function missingMembers<Id>(known: readonly KnownMember<Id>[], tookOthers = false): Id[] {
  const keepsInactive = tookOthers || known.some(({ active, shown }) => shown !== active);
  return known.filter(({ active, shown }) => !shown && (active || keepsInactive)).map(({ id }) => id);
}

import type { SourceId } from '../../core/model/entry.ts';
import type { MembersOperation } from '../../core/model/plan.ts';
import type { PushContext } from './push-context.ts';

/*
 * A plan names those who come in the place of others by their own names. Until their relink is recorded, the state knows
 * account and memberships by the entry that is gone.
 */

type Names = Pick<PushContext, 'links' | 'successors'>;

/**
 * A change of members by the names that the state has now. Access that ends does not wait for a relink, which may be
 * refused or held: whoever leaves is taken out as the entry that is gone. Whoever joins does so under their own name, and
 * a group gets nobody before it has its own.
 */
export function underNamesNow(planned: MembersOperation, names: Names): MembersOperation {
  const nameNow = (id: SourceId): SourceId => {
    const before = names.successors.get(id)?.replaces.sourceId;
    return before !== undefined && names.links.has(before) ? before : id;
  };
  const sourceId = nameNow(planned.sourceId);
  const add = sourceId === planned.sourceId ? planned.add : [];
  return { ...planned, sourceId, add, remove: planned.remove.map(nameNow) };
}

/** The names that a plan has for them. */
export function asPlanned(ids: readonly SourceId[], { successors }: Pick<Names, 'successors'>): SourceId[] {
  if (successors.size === 0) return [...ids];
  const heirs = new Map([...successors].map(([heir, { replaces }]) => [replaces.sourceId, heir]));
  return ids.map((id) => heirs.get(id) ?? id);
}

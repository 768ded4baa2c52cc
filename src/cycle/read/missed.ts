import { dnKey } from '../../core/directory/dn.ts';
import type { DirectoryCache } from '../../core/directory/directory-cache.ts';
import type { Entry } from '../../core/model/entry.ts';
import { entryKey } from '../../core/mapping/directory-index.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import { memberNames } from '../../core/mapping/member-values.ts';
import type { StateView } from '../../ports/state-store.ts';
import { besides, gather } from '../shared/batches.ts';

/**
 * What a reading may have missed because it takes its time, and only a comparison could tell. `somebody`: who has access
 * to a target is in no entry. `names`: a group has names that nobody has, and does not name somebody who is in it on a
 * target; as when they were renamed after they were read, and before the group was.
 */
export type Missed = 'somebody' | 'names';

export async function whatWasMissed(
  directory: string,
  definitions: readonly TargetDefinition[],
  { known }: DirectoryCache,
  store: Pick<StateView, 'openMarks' | 'members'>,
): Promise<Missed | undefined> {
  const targets = definitions.filter(({ maps }) => maps.has(directory)).map(({ target }) => target);
  const seen = [...known.keys()];
  for (const target of targets) {
    for await (const links of besides(seen, store, (marks) => marks.unmarkedLinks(target, new Set([directory])))) {
      if (links.some(({ lifecycle }) => lifecycle === 'active')) return 'somebody';
    }
  }
  const named = groupsWithStrangeNames([...known.values()]);
  const groups = [...named.keys()].map(({ id }) => id);
  for (const target of targets) {
    const members = await gather(groups, (ids) => store.members(target, ids));
    for (const [group, names] of named) {
      for (const id of members.get(group.id) ?? []) {
        const member = known.get(id);
        if (member !== undefined && !names.has(entryKey(member))) return 'names';
      }
    }
  }
  return undefined;
}

/** Groups with members whose names nobody has who was read, and the keys of all names in them. */
function groupsWithStrangeNames(entries: readonly Entry[]): Map<Entry, ReadonlySet<string>> {
  const spelled = new Set(entries.map(({ dn }) => dn));
  const found = new Map<Entry, ReadonlySet<string>>();
  for (const entry of entries) {
    const values = entry.type === 'group' ? memberNames.flatMap((name) => entry.attributes.get(name) ?? []) : [];
    if (values.some((value) => typeof value === 'string' && !spelled.has(value))) {
      found.set(entry, new Set(values.flatMap((value) => (typeof value === 'string' ? [dnKey(value)] : []))));
    }
  }
  return found;
}

import { dnKey } from '../../core/directory/dn.ts';
import type { DirectoryCache } from '../../core/directory/directory-cache.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { EntryList } from '../../core/model/entries.ts';
import { anyInSteps, eachInSteps, type Steps } from '../../core/model/steps.ts';
import type { TargetDefinition } from '../../core/mapping/definition.ts';
import { memberNames } from '../../core/mapping/member-values.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateView } from '../../ports/state-store.ts';
import { besides, gather } from '../shared/batches.ts';
import { inTurns } from '../shared/turns.ts';

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
  {
    store,
    clock,
  }: { readonly store: Pick<StateView, 'openMarks' | 'members'>; readonly clock: Pick<Clock, 'monotonic'> },
): Promise<Missed | undefined> {
  const targets = definitions.filter(({ maps }) => maps.has(directory)).map(({ target }) => target);
  const seen = known.ids();
  for (const target of targets) {
    for await (const links of besides(seen, store, (marks) => marks.unmarkedLinks(target, new Set([directory])))) {
      if (links.some(({ lifecycle }) => lifecycle === 'active')) return 'somebody';
    }
  }
  const named = await inTurns(groupsWithStrangeNames(known), clock);
  const groups = [...named.keys()].map(({ id }) => id);
  for (const target of targets) {
    const members = await gather(groups, (ids) => store.members(target, ids));
    for (const [group, names] of named) {
      for (const id of members.get(group.id) ?? []) {
        const member = known.get(id);
        if (member !== undefined && !names.has(dnKey(member.dn))) return 'names';
      }
    }
  }
  return undefined;
}

/** Groups with members whose names nobody has who was read, and the keys of all names in them. */
function* groupsWithStrangeNames(entries: EntryList): Steps<Map<Entry, ReadonlySet<string>>> {
  const spelled = new Set<string>();
  yield* eachInSteps(entries, ({ dn }) => spelled.add(dn));
  const found = new Map<Entry, ReadonlySet<string>>();
  for (const entry of entries) {
    if (entry.type !== 'group') continue;
    const values = memberNames.flatMap((name) => entry.attributes.get(name) ?? []);
    if (!(yield* anyInSteps(values, (value) => typeof value === 'string' && !spelled.has(value)))) continue;
    const names = new Set<string>();
    yield* eachInSteps(values, (value) => {
      if (typeof value === 'string') names.add(dnKey(value));
    });
    found.set(entry, names);
  }
  return found;
}

import type { SourceId } from '../../src/core/model/entry.ts';
import type { StateView } from '../../src/ports/state-store.ts';

/** The acknowledged members of one group. */
export async function acknowledgedMembers(
  store: Pick<StateView, 'members'>,
  target: string,
  group: SourceId,
): Promise<readonly SourceId[]> {
  return (await store.members(target, [group])).get(group) ?? [];
}

import type { ResourceType, SourceId } from '../core/model/entry.ts';
import type { TargetState } from '../ports/state-records.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import type { PushReport } from './push/push.ts';
import { leftoversIn } from './quarantine/intents.ts';

/** What a cycle left to do: how many changes, and of how many resources of each type. */
export function pendingOf(
  prepared: Preparation,
  pushed: PushReport,
): Required<Pick<TargetState, 'pending' | 'pendingResources'>> {
  const { known, matches, made, quarantine } = prepared;
  const held = made.verdict.hold?.operations ?? [];
  const leftovers = leftoversIn(matches.intents.values());
  const applied = new Set(pushed.applied);
  const notDone = made.due.filter((operation) => !applied.has(operation));
  const resources: Readonly<Record<ResourceType, Set<SourceId>>> = { user: new Set(), group: new Set() };
  const waiting = [...notDone, ...made.deferred, ...made.unseated, ...made.undone, ...held, ...known.reverify];
  for (const { type, sourceId } of [...waiting, ...leftovers]) resources[type].add(sourceId);
  for (const id of [...known.awaited.keys(), ...quarantine.backedOff, ...(made.incomplete ?? [])]) {
    const type = known.links.get(id)?.type ?? quarantine.before(id)?.type;
    if (type !== undefined) resources[type].add(id);
  }
  const unreached = (type: ResourceType): number =>
    matches.unreached.reduce((sum, one) => sum + (one.type === type ? one.count : 0), 0);
  return {
    pending:
      pushed.failed.length +
      pushed.notStarted +
      pushed.skipped +
      made.deferred.length +
      made.unseated.length +
      quarantine.backedOff.size +
      made.undone.length +
      unreached('user') +
      unreached('group') +
      held.length +
      made.waiting +
      known.awaited.size +
      known.reverify.length +
      leftovers.length,
    pendingResources: {
      user: resources.user.size + unreached('user'),
      group: resources.group.size + unreached('group'),
    },
  };
}

import { isSourceId } from '../../core/directory/source-id.ts';
import type { SourceId } from '../../core/model/entry.ts';
import type { TargetId } from '../../core/model/link.ts';
import { membersShown } from '../../core/planning/shown-members.ts';
import { isFailure, type FoundResource, type ScimTarget } from '../../ports/scim-target.ts';
import type { StateView } from '../../ports/state-store.ts';

interface GroupReading {
  readonly target: ScimTarget;
  readonly store: StateView;
  readonly signal: AbortSignal;
}

/**
 * A group that the target had lost, with its members: who is in it was known under ids that may be others now. Where the
 * answer in which it was found leaves them out it is read once.
 */
export async function withMembers(
  found: FoundResource,
  group: SourceId,
  { target, store, signal }: GroupReading,
): Promise<FoundResource> {
  if (membersShown(found.body) !== undefined || !(await store.links(target.name, [group])).has(group)) return found;
  const read = await target.read('group', found.id, signal);
  return isFailure(read) ? found : { ...found, body: read.body };
}

/**
 * How many are in a group of the target whom nobody of ours put there. Such a group means something to the target
 * (`administrators`): whoever can name a group in the directory would decide about who is in it. A group that carries our
 * source id, that was being adopted already, or in which only those are whom we put there, is ours.
 *
 * Many targets leave members out of lists: then the group is read once. What it does not show, nobody can tell.
 */
export async function othersMembers(
  found: Pick<FoundResource, 'id' | 'body'>,
  group: SourceId,
  { target, store, signal }: GroupReading,
): Promise<number> {
  if (isSourceId(found.body['externalId'], group)) return 0;
  const intent = (await store.openIntents(target.name)).find(({ sourceId }) => sourceId === group);
  if (intent?.adopts === found.id) return 0;
  const shown = membersShown(found.body) ?? (await readMembers(found.id, target, signal));
  if (shown === undefined || shown.size === 0) return 0;
  const acknowledged = (await store.members(target.name, [group])).get(group) ?? [];
  const own = [...acknowledged, ...(intent?.members ?? [])];
  const ours = new Set([...(await store.links(target.name, own)).values()].map(({ targetId }) => targetId));
  return [...shown].filter((id) => !ours.has(id)).length;
}

async function readMembers(
  id: TargetId,
  target: ScimTarget,
  signal: AbortSignal,
): Promise<ReadonlySet<TargetId> | undefined> {
  const read = await target.read('group', id, signal);
  return isFailure(read) ? undefined : membersShown(read.body);
}

import type { SourceId } from '../core/model/entry.ts';
import type { Link } from '../core/model/link.ts';
import type { Failure } from '../core/model/outcome.ts';
import type { MembersOperation } from '../core/model/plan.ts';
import type { MemberChange } from '../ports/scim-target.ts';
import { inBatches } from './batches.ts';
import type { PushContext } from './push-context.ts';
import { liveLink, lostIfGone, remember } from './remember.ts';

interface Step {
  readonly id: SourceId;
  readonly joins: boolean;
}

/**
 * Sends who joins and who leaves a group, piece by piece, each recorded before the next is sent. A piece that the
 * target refuses is halved until the one is found whom it does not take: nobody else has to wait for that one.
 */
export async function applyMembers(operation: MembersOperation, context: PushContext): Promise<Failure | 'skipped' | undefined> {
  const { target, store } = context;
  let link = liveLink(context, operation.sourceId);
  if (link === undefined) return 'skipped';
  const steps: readonly Step[] = [
    ...operation.add.filter((id) => liveLink(context, id) !== undefined).map((id) => ({ id, joins: true })),
    ...operation.remove.map((id) => ({ id, joins: false })),
  ];
  if (steps.length === 0) return 'skipped';
  const waiting = [...inBatches(steps, target.memberChunk)];
  let refused: Failure | undefined;
  await remember(context, (link = withUnsettled(link, [], waiting[0] ?? [])));
  for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
    if (context.isStopping()) return { class: 'transient', detail: 'stopped before all members were sent' };
    const outcome = await target.changeMembers(link.targetId, changeOf(operation.sourceId, chunk, context), context.signal);
    if (outcome.kind === 'failed' && outcome.failure.class === 'rejected' && chunk.length > 1) {
      waiting.unshift(...inBatches(chunk, Math.ceil(chunk.length / 2)));
      continue;
    }
    if (outcome.kind === 'failed' && outcome.failure.class !== 'rejected') return lostIfGone(link, outcome.failure, context);
    if (outcome.kind === 'failed') refused ??= outcome.failure;
    const { add, remove } = divide(outcome.kind === 'failed' ? [] : chunk);
    // The piece that follows is in doubt from the moment that this one is settled: one record for both.
    link = withUnsettled(link, chunk, waiting[0] ?? []);
    // An emptied group counts once, with its last piece.
    const counts = operation.cause === 'changed' || waiting.length === 0;
    await remember(context, link, [
      { kind: 'members', target: target.name, group: operation.sourceId, add, remove },
      ...(counts ? context.removalsOf(operation, remove) : []),
    ]);
  }
  return refused;

  function changeOf(group: SourceId, chunk: readonly Step[], { links: known }: PushContext): MemberChange {
    const linksOf = (ids: readonly SourceId[]): Link[] => ids.flatMap((id) => known.get(id) ?? []);
    const { add, remove } = divide(chunk);
    return {
      add: linksOf(add).map((member) => ({ id: member.targetId, type: member.type })),
      remove: linksOf(remove).map((member) => member.targetId),
      current: async () => linksOf(await store.members(target.name, group)).map((member) => member.targetId),
    };
  }
}

function divide(chunk: readonly Step[]): { readonly add: SourceId[]; readonly remove: SourceId[] } {
  return { add: chunk.filter(({ joins }) => joins).map(({ id }) => id), remove: chunk.filter(({ joins }) => !joins).map(({ id }) => id) };
}

function withUnsettled(link: Link, settled: readonly Step[], next: readonly Step[]): Link {
  const unsettled = new Set(link.unsettled);
  for (const { id } of settled) unsettled.delete(id);
  for (const { id } of next) unsettled.add(id);
  return { ...link, unsettled: unsettled.size === 0 ? undefined : [...unsettled] };
}

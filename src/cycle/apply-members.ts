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

/** Sends who joins and who leaves a group, piece by piece, each recorded before the next is sent. */
export async function applyMembers(operation: MembersOperation, context: PushContext): Promise<Failure | 'skipped' | undefined> {
  const { target, store } = context;
  let link = liveLink(context, operation.sourceId);
  if (link === undefined) return 'skipped';
  const steps: readonly Step[] = [
    ...operation.add.filter((id) => liveLink(context, id) !== undefined).map((id) => ({ id, joins: true })),
    ...operation.remove.map((id) => ({ id, joins: false })),
  ];
  if (steps.length === 0) return 'skipped';
  const chunks = [...inBatches(steps, target.memberChunk)];
  for (const [at, chunk] of chunks.entries()) {
    if (context.isStopping()) return { class: 'transient', detail: 'stopped before all members were sent' };
    if (at === 0) await remember(context, (link = withUnsettled(link, [], chunk)));
    const outcome = await target.changeMembers(link.targetId, changeOf(operation.sourceId, chunk, context), context.signal);
    if (outcome.kind === 'failed') return lostIfGone(link, outcome.failure, context);
    const { add, remove } = divide(chunk);
    // The piece that follows is in doubt from the moment that this one is settled: one record for both.
    link = withUnsettled(link, chunk, chunks[at + 1] ?? []);
    // An emptied group counts once, with its last piece.
    const counts = operation.cause === 'changed' || at === chunks.length - 1;
    await remember(context, link, [
      { kind: 'members', target: target.name, group: operation.sourceId, add, remove },
      ...(counts ? context.removalsOf(operation, remove) : []),
    ]);
  }
  return undefined;

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

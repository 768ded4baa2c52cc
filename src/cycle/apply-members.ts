import type { SourceId } from '../core/model/entry.ts';
import type { Link } from '../core/model/link.ts';
import type { Failure } from '../core/model/outcome.ts';
import type { MembersOperation } from '../core/model/plan.ts';
import type { MemberChange, MemberChunk } from '../ports/scim-target.ts';
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
  const joined = context.joining.joined.get(operation.sourceId);
  const steps: readonly Step[] = [
    ...operation.add.filter((id) => liveLink(context, id) !== undefined && joined?.has(id) !== true).map((id) => ({ id, joins: true })),
    ...operation.remove.map((id) => ({ id, joins: false })),
  ];
  if (steps.length === 0) return joined === undefined ? 'skipped' : undefined;
  const pieces = createPieces(steps);
  let refused: Failure | undefined;
  let chunk = pieces.next(target.memberChunk);
  await remember(context, (link = withUnsettled(link, [], chunk)));
  while (chunk.length > 0) {
    if (context.isStopping()) return { class: 'transient', detail: 'stopped before all members were sent' };
    const outcome = await target.changeMembers(link.targetId, changeOf(operation.sourceId, chunk, context), context.signal);
    if (outcome.kind === 'failed' && outcome.failure.class === 'rejected' && chunk.length > 1) {
      chunk = pieces.halve(chunk);
      continue;
    }
    if (outcome.kind === 'failed' && outcome.failure.class !== 'rejected') return lostIfGone(link, outcome.failure, context);
    if (outcome.kind === 'failed') refused ??= outcome.failure;
    const { add, remove } = divide(outcome.kind === 'failed' ? [] : chunk);
    const following = pieces.next(target.memberChunk);
    // The piece that follows is in doubt from the moment that this one is settled: one record for both.
    link = withUnsettled(link, chunk, following);
    // An emptied group counts once, with its last piece.
    const counts = operation.cause === 'changed' || following.length === 0;
    await remember(context, link, [
      { kind: 'members', target: target.name, group: operation.sourceId, add, remove },
      ...(counts ? context.removalsOf(operation, remove) : []),
    ]);
    chunk = following;
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

/** Steps in pieces of what the target takes at the time; none is left when a piece is empty. */
function createPieces(steps: readonly Step[]) {
  const halves: (readonly Step[])[] = [];
  let at = 0;
  return {
    next(most: MemberChunk): readonly Step[] {
      const half = halves.pop();
      if (half !== undefined) return half;
      const from = at;
      // Of joins and leaves together, each takes its share: 1 − n × 1/n is not always 0.
      for (let room = 1 + 1e-9; at < steps.length; at += 1) {
        room -= 1 / (steps[at]?.joins === true ? most.add : most.remove);
        if (room < 0 && at > from) break;
      }
      return steps.slice(from, at);
    },
    /** The first half; the second one comes next. */
    halve(piece: readonly Step[]): readonly Step[] {
      const middle = Math.ceil(piece.length / 2);
      halves.push(piece.slice(middle));
      return piece.slice(0, middle);
    },
  };
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

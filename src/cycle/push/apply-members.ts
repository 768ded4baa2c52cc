import type { SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';
import type { Failure, Outcome } from '../../core/model/outcome.ts';
import type { MembersOperation } from '../../core/model/plan.ts';
import { strangerAccount, strangerId } from '../../core/model/stranger.ts';
import type { MemberChange } from '../../ports/scim-target.ts';
import { createPatience, createPieces, isAboutAll, mostSingled, type MemberStep } from './member-pieces.ts';
import type { PushContext } from './push-context.ts';
import { liveLink, lostIfGone, remember } from './remember.ts';
import { acknowledgedMembers, activeMembers, missingFrom, membersOf } from './known-of.ts';
import { seekMembers } from './seek-members.ts';

/**
 * Sends who joins and who leaves a group, piece by piece, each recorded before the next is sent. A piece that the target
 * refuses is halved until the one is found whom it does not take: nobody else has to wait for that one. Whether that one
 * is still there is looked at; who is not is made again by the next cycle. Whom the answers show to be missing from the
 * group, although they are in it as far as anybody knew, is sent again, once; and everybody in one piece, once, where that
 * takes others out.
 */
export async function applyMembers(
  operation: MembersOperation,
  context: PushContext,
): Promise<Failure | 'skipped' | undefined> {
  const { target } = context;
  let link = liveLink(context, operation.sourceId);
  if (link === undefined) return 'skipped';
  const joined = context.initialMembers.joined.get(operation.sourceId);
  const steps = inTurn(stepsOf(operation, context), context.quarantine.before(operation.sourceId)?.attempts ?? 0);
  if (steps.length === 0) return joined === undefined ? 'skipped' : undefined;
  const strangers = new Set(
    (await membersOf(operation.sourceId, context)).filter((id) => strangerAccount(id) !== undefined),
  );
  const pieces = createPieces(steps);
  const patience = createPatience();
  let refused: Failure | undefined;
  let chunk = pieces.next(target.memberChunk);
  const mended = new Set<SourceId>();
  let isWhole = false;
  const doubted = new Set(link.unsettled);
  await remember(context, (link = withUnsettled(link, [], chunk)));
  while (chunk.length > 0) {
    if (context.isStopping()) return { class: 'transient', detail: 'stopped before all members were sent' };
    const change = changeOf(operation.sourceId, chunk, pieces.isHalf, context);
    const outcome =
      change.add.length + change.remove.length === 0
        ? nothing(link)
        : await target.changeMembers(link.targetId, change, context.signal);
    let dropped: readonly MemberStep[] = [];
    if (outcome.kind === 'failed') {
      const { failure } = outcome;
      if (failure.class !== 'rejected' || isAboutAll(failure)) return lostIfGone(link, failure, context);
      if (!isClear(failure)) for (const { id } of chunk) doubted.add(id);
      const gone = chunk.length === 1 ? await seekMembers(chunk, pieces, context) : undefined;
      const verdict = gone === true ? 'go on' : patience.refused(failure, idsIn(change), chunk.length === 1);
      if (verdict === 'halve') {
        chunk = pieces.halve(chunk);
        continue;
      }
      if (gone !== true) refused ??= failure;
      else if (chunk[0]?.joins === true) refused ??= lostMember;
      if (verdict === 'give up') dropped = pieces.dropHalves();
    } else patience.taken();
    // Whoever was taken out by a request of several may be shown by the last one.
    const staying = outcome.kind === 'applied' ? stayingIn(outcome.shown?.members, chunk, context) : noSteps;
    if (staying.size > 0) refused ??= stillIn;
    // Who is lost is in no group: their leaving is done, their joining is not.
    const done = chunk
      .filter((step) => !staying.has(step))
      .filter(({ id, joins }) => (context.links.get(id)?.lifecycle === 'lost' ? !joins : outcome.kind === 'applied'));
    const { add, remove } = divide(done);
    // Whoever is to leave is not missed, and may be out already: by a request that was answered as if it had failed.
    const missing =
      outcome.kind === 'applied'
        ? await missingFrom(outcome, operation.sourceId, context, { add, remove: operation.remove })
        : [];
    // Those who were sent again took the place of others: to such a target what is added is the whole list.
    const everyone: readonly SourceId[] =
      !isWhole && missing.length > 0 && chunk.some(({ id }) => mended.has(id))
        ? await membersWith(add, operation, context)
        : [];
    isWhole ||= everyone.length > 0;
    const again =
      everyone.length > 0 && everyone.length <= target.memberChunk.add
        ? everyone
        : missing.filter((id) => !mended.has(id));
    if (missing.length > 0 && again !== everyone && missing.some((id) => mended.has(id))) refused ??= notKept;
    pieces.append(again.map((id) => ({ id, joins: true })));
    for (const id of missing) mended.add(id);
    const following = pieces.next(target.memberChunk);
    // The piece that follows is in doubt from the moment that this one is settled: one record for both.
    // Whoever could not be removed may be out already, by an earlier request whose answer was lost; and in, who could not be added.
    const settled =
      outcome.kind === 'applied'
        ? chunk.filter((step) => !staying.has(step))
        : [...chunk, ...dropped].filter(({ id, joins }) => joins && !doubted.has(id));
    link = withUnsettled(link, settled, [...following, ...missing.map((id) => ({ id, joins: true }))]);
    // An emptied group counts once, with its last piece.
    const counts = operation.cause === 'changed' || following.length === 0;
    await remember(context, link, [
      {
        kind: 'members',
        target: target.name,
        group: operation.sourceId,
        add,
        remove: strangers.size === 0 ? remove : withFormerStrangers(remove, strangers, context),
      },
      ...(counts ? context.removalsOf(operation, remove) : []),
      ...(add.length + remove.length > 0 ? [context.logged(operation, { link, joined: add, left: remove })] : []),
    ]);
    chunk = following;
  }
  return refused;
}

/**
 * Whether a refusal says for certain that nobody joined. A 5xx may have taken effect, and so may have a 2xx that was not
 * believed, and what was sent before in the same call; a 409 is what some say of whoever is in already.
 */
function isClear({ status = 0, inPart }: Failure): boolean {
  return status >= 400 && status < 500 && status !== 409 && inPart !== true;
}

function stepsOf(operation: MembersOperation, context: PushContext): MemberStep[] {
  const joined = context.initialMembers.joined.get(operation.sourceId);
  return [
    ...operation.add
      .filter((id) => liveLink(context, id) !== undefined && joined?.has(id) !== true)
      .map((id) => ({ id, joins: true })),
    ...operation.remove.map((id) => ({ id, joins: false })),
  ];
}

/** Whoever was in the group before they had an entry is known there in two ways. */
function withFormerStrangers(
  ids: readonly SourceId[],
  strangers: ReadonlySet<SourceId>,
  { links }: PushContext,
): SourceId[] {
  const known = ids.flatMap((id) => links.get(id)?.targetId ?? []).map(strangerId);
  return [...new Set([...ids, ...known.filter((id) => strangers.has(id))])];
}

const lostMember: Failure = {
  class: 'gone',
  status: 404,
  detail: 'a member is not on the target any more, and is made again',
};
const stillIn: Failure = { class: 'transient', detail: 'the group shows somebody who was taken out' };
const noSteps: ReadonlySet<MemberStep> = new Set();

/** Who was to leave, and is shown in the group afterwards. */
function stayingIn(
  shown: readonly TargetId[] | undefined,
  chunk: readonly MemberStep[],
  { links }: PushContext,
): ReadonlySet<MemberStep> {
  if (shown === undefined) return noSteps;
  const there = new Set(shown);
  return new Set(chunk.filter(({ id, joins }) => !joins && there.has(links.get(id)?.targetId ?? '')));
}

/** Everybody who shall be in the group and is on the target. */
async function membersWith(
  added: readonly SourceId[],
  { sourceId, remove }: MembersOperation,
  context: PushContext,
): Promise<SourceId[]> {
  const leaving = new Set(remove);
  const all = new Set([...(await membersOf(sourceId, context)), ...added]);
  return [...all].filter((id) => !leaving.has(id) && (context.links.get(id)?.lifecycle ?? 'lost') !== 'lost');
}

const notKept: Failure = {
  class: 'rejected',
  detail: 'the group loses members that it was given, when others are added',
};

/** After a failure a long list begins with others, so that those whom the target does not take never keep the same ones out. */
function inTurn(steps: readonly MemberStep[], attempts: number): readonly MemberStep[] {
  const from = steps.length <= mostSingled ? 0 : (attempts * 101) % steps.length;
  return [...steps.slice(from), ...steps.slice(0, from)];
}

/** Nobody of a piece is left to be sent: they are not on the target any more. */
function nothing({ targetId }: Link): Outcome {
  return { kind: 'applied', id: targetId };
}

function changeOf(group: SourceId, chunk: readonly MemberStep[], looked: boolean, context: PushContext): MemberChange {
  const linksOf = (ids: readonly SourceId[]): Link[] => ids.flatMap((id) => context.links.get(id) ?? []);
  const { add, remove } = divide(chunk);
  return {
    add: linksOf(add)
      .filter(({ lifecycle }) => lifecycle !== 'lost')
      .map((member) => ({ id: member.targetId, type: member.type })),
    remove: linksOf(remove).map((member) => member.targetId),
    ...(looked ? { looked } : {}),
    current: () => acknowledgedMembers(group, context),
    expected: () => activeMembers(group, context),
  };
}

function idsIn({ add, remove }: MemberChange): string[] {
  return [...add.map(({ id }) => id), ...remove];
}

function divide(chunk: readonly MemberStep[]): { readonly add: SourceId[]; readonly remove: SourceId[] } {
  return {
    add: chunk.filter(({ joins }) => joins).map(({ id }) => id),
    remove: chunk.filter(({ joins }) => !joins).map(({ id }) => id),
  };
}

function withUnsettled(link: Link, settled: readonly MemberStep[], next: readonly MemberStep[]): Link {
  const unsettled = new Set(link.unsettled);
  for (const { id } of settled) unsettled.delete(id);
  for (const { id } of next) unsettled.add(id);
  return { ...link, unsettled: unsettled.size === 0 ? undefined : [...unsettled] };
}

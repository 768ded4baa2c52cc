import type { SourceId } from '../../core/model/entry.ts';
import type { Link, TargetId } from '../../core/model/link.ts';
import type { Failure, Outcome } from '../../core/model/outcome.ts';
import type { MembersOperation } from '../../core/model/plan.ts';
import { strangerAccount, strangerId } from '../../core/model/stranger.ts';
import { changeOf, divide, idsIn } from './member-change.ts';
import {
  createPatience,
  createPieces,
  isAboutAll,
  mostSingled,
  type MemberStep,
  type Pieces,
} from './member-pieces.ts';
import { asPlanned, underNamesNow } from './names-now.ts';
import type { PushContext } from './push-context.ts';
import { liveLink, lostIfGone, remember } from './remember.ts';
import { asShown, missingFrom, membersOf } from './known-of.ts';
import { seekMembers } from './seek-members.ts';
import { applied, failed, skipped, type OperationResult } from './operation-result.ts';

/**
 * Sends who joins and who leaves a group, piece by piece, each recorded before the next is sent. A piece that the target
 * refuses is halved until the one is found whom it does not take: nobody else has to wait for that one. Whether that one
 * is still there is looked at; who is not is made again by the next cycle. Whom the answers show to be missing from the
 * group, although they are in it as far as anybody knew, is sent again, once; and everybody in one piece, once, where that
 * takes others out.
 */
export async function applyMembers(planned: MembersOperation, context: PushContext): Promise<OperationResult> {
  const operation = underNamesNow(planned, context);
  const link = liveLink(context, operation.sourceId);
  if (link === undefined) return skipped;
  const joined = context.initialMembers.joined.get(operation.sourceId);
  const steps = inTurn(stepsOf(operation, context), context.quarantine.before(planned.sourceId)?.attempts ?? 0);
  if (steps.length === 0) return joined === undefined ? skipped : applied;
  const strangers = new Set(
    (await membersOf(operation.sourceId, context)).filter((id) => strangerAccount(id) !== undefined),
  );
  return new MembersPush(planned, operation, steps, strangers, link, context).run();
}

type Applied = Extract<Outcome, { kind: 'applied' }>;

/** What an answer, or the lack of one, means for a piece. */
interface PieceResult {
  /** Who joined and who left. */
  readonly add: readonly SourceId[];
  readonly remove: readonly SourceId[];
  /** Of whom it is known now whether they are in. */
  readonly settled: readonly MemberStep[];
  /** In the group as far as anybody knew, and not shown by it any more. */
  readonly missing: readonly SourceId[];
}

/** One group's members on their way, piece by piece. */
class MembersPush {
  readonly #planned: MembersOperation;
  /** By the names that the state has now. */
  readonly #operation: MembersOperation;
  readonly #strangers: ReadonlySet<SourceId>;
  readonly #context: PushContext;
  readonly #pieces: Pieces;
  readonly #patience = createPatience();
  /** Whom nobody can tell to be in or out: by this push or one before it. */
  readonly #doubted: Set<SourceId>;
  /** Who was found to be missing, and sent again. */
  readonly #mended = new Set<SourceId>();
  /** Everybody was sent again in one piece. */
  #isWhole = false;
  #link: Link;
  /** The first reason why not all is done. */
  #refused: Failure | undefined;

  constructor(
    planned: MembersOperation,
    operation: MembersOperation,
    steps: readonly MemberStep[],
    strangers: ReadonlySet<SourceId>,
    link: Link,
    context: PushContext,
  ) {
    this.#planned = planned;
    this.#operation = operation;
    this.#strangers = strangers;
    this.#context = context;
    this.#pieces = createPieces(steps);
    this.#doubted = new Set(link.unsettled);
    this.#link = link;
  }

  async run(): Promise<OperationResult> {
    const { target, isStopping, signal } = this.#context;
    let piece = this.#pieces.next(target.memberChunk);
    this.#link = withUnsettled(this.#link, [], piece);
    await remember(this.#context, this.#link);
    while (piece.length > 0) {
      if (isStopping()) return failed({ class: 'transient', detail: 'stopped before all members were sent' });
      const change = changeOf(this.#operation.sourceId, piece, this.#pieces.isHalf, this.#context);
      const isEmpty = change.add.length + change.remove.length === 0;
      const outcome = isEmpty ? nothing(this.#link) : await target.changeMembers(this.#link.targetId, change, signal);
      if (outcome.kind === 'applied') {
        this.#patience.taken();
        piece = await this.#record(await this.#applied(piece, outcome));
        continue;
      }
      const { failure } = outcome;
      if (failure.class !== 'rejected' || isAboutAll(failure))
        return failed(await lostIfGone(this.#link, failure, this.#context));
      const result = await this.#rejected(piece, failure, idsIn(change));
      piece = result === 'halve' ? this.#pieces.halve(piece) : await this.#record(result);
    }
    return this.#refused === undefined ? applied : failed(this.#refused);
  }

  async #applied(piece: readonly MemberStep[], outcome: Applied): Promise<PieceResult> {
    const { sourceId, remove: leaving } = this.#operation;
    this.#link = asShown(this.#link, { unstored: outcome.shown?.unstored }, ['members']);
    // Whoever was taken out by a request of several may be shown by the last one.
    const staying = stayingIn(outcome.shown?.members, piece, this.#context);
    if (staying.size > 0) this.#refused ??= stillIn;
    // Who joins and is lost was not sent: a target that has only mislaid them may have them in the group, by a request before.
    const settled = piece.filter((step) => !staying.has(step) && !(step.joins && this.#isLost(step.id)));
    const { add, remove } = divide(settled);
    // Whoever is to leave is not missed, and may be out already: by a request that was answered as if it had failed.
    const missing = await missingFrom(outcome, sourceId, this.#context, { add, remove: leaving });
    await this.#sendAgain(piece, missing, add);
    return { add, remove, settled, missing };
  }

  /** Those who were sent again took the place of others: to such a target what is added is the whole list. */
  async #sendAgain(
    piece: readonly MemberStep[],
    missing: readonly SourceId[],
    added: readonly SourceId[],
  ): Promise<void> {
    if (missing.length === 0) return;
    const isReplacing = !this.#isWhole && piece.some(({ id }) => this.#mended.has(id));
    const everyone = isReplacing ? await membersWith(added, this.#operation, this.#context) : [];
    this.#isWhole ||= everyone.length > 0;
    const isOnePiece = everyone.length > 0 && everyone.length <= this.#context.target.memberChunk.add;
    if (!isOnePiece && missing.some((id) => this.#mended.has(id))) this.#refused ??= notKept;
    const again = isOnePiece ? everyone : missing.filter((id) => !this.#mended.has(id));
    this.#pieces.append(again.map((id) => ({ id, joins: true })));
    for (const id of missing) this.#mended.add(id);
  }

  /** @param ids what the target calls the members that were sent */
  async #rejected(
    piece: readonly MemberStep[],
    failure: Failure,
    ids: readonly string[],
  ): Promise<PieceResult | 'halve'> {
    if (!isClear(failure)) for (const { id } of piece) this.#doubted.add(id);
    const isSingle = piece.length === 1;
    const isGone = isSingle && (await seekMembers(piece, this.#pieces, this.#context));
    const verdict = isGone ? 'go on' : this.#patience.refused(failure, ids, isSingle);
    if (verdict === 'halve') return 'halve';
    if (!isGone) this.#refused ??= failure;
    else if (piece[0]?.joins === true) this.#refused ??= lostMember;
    const dropped = verdict === 'give up' ? this.#pieces.dropHalves() : [];
    const { add, remove } = divide(piece.filter(({ id, joins }) => this.#isLost(id) && !joins));
    // Whoever could not be removed may be out already, by an earlier request whose answer was lost; and in, who could not be added.
    const settled = [...piece, ...dropped].filter(({ id, joins }) => joins && !this.#doubted.has(id));
    return { add, remove, settled, missing: [] };
  }

  /** The piece that follows is in doubt from the moment that this one is settled: one record for both. */
  async #record({ add, remove, settled, missing }: PieceResult): Promise<readonly MemberStep[]> {
    const context = this.#context;
    const operation = this.#operation;
    const following = this.#pieces.next(context.target.memberChunk);
    const open = [...following, ...missing.map((id) => ({ id, joins: true }))];
    this.#link = withUnsettled(this.#link, settled, open);
    const [joined, left] = [asPlanned(add, context), asPlanned(remove, context)];
    // An emptied group counts once, with its last piece.
    const counts = operation.cause === 'changed' || following.length === 0;
    await remember(context, this.#link, [
      {
        kind: 'members',
        target: context.target.name,
        group: operation.sourceId,
        add,
        remove: this.#strangers.size === 0 ? remove : withFormerStrangers(remove, this.#strangers, context),
      },
      ...(counts ? context.removalsOf(this.#planned, left) : []),
      ...(joined.length + left.length > 0 ? [context.logged(this.#planned, { link: this.#link, joined, left })] : []),
    ]);
    return following;
  }

  #isLost(id: SourceId): boolean {
    return this.#context.links.get(id)?.lifecycle === 'lost';
  }
}

/**
 * Whether a refusal says for certain that nobody joined. A 5xx may have taken effect, and so may have a 2xx that was not
 * believed, and what was sent before in the same call; a 409 is what some say of whoever is in already.
 */
function isClear({ status = 0, inPart }: Failure): boolean {
  return status >= 400 && status < 500 && status !== 409 && inPart !== true;
}

/** Whoever is not there, or is not linked yet, is not taken out: they are as much in doubt as before. */
function stepsOf(operation: MembersOperation, context: PushContext): MemberStep[] {
  const joined = context.initialMembers.joined.get(operation.sourceId);
  return [
    ...operation.add
      .filter((id) => liveLink(context, id) !== undefined && joined?.has(id) !== true)
      .map((id) => ({ id, joins: true })),
    ...operation.remove.filter((id) => liveLink(context, id) !== undefined).map((id) => ({ id, joins: false })),
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

function withUnsettled(link: Link, settled: readonly MemberStep[], next: readonly MemberStep[]): Link {
  const unsettled = new Set(link.unsettled);
  for (const { id } of settled) unsettled.delete(id);
  for (const { id } of next) unsettled.add(id);
  return { ...link, unsettled: unsettled.size === 0 ? undefined : [...unsettled] };
}

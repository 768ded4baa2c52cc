import type { SourceId } from '../../core/model/entry.ts';
import type { Digest, Link } from '../../core/model/link.ts';
import type { HeldOperation, Operation } from '../../core/model/plan.ts';
import { divideDecided, stillRejected, stillTakenBack, stillWanted, without } from '../../core/planning/decided.ts';
import type { GuardResult } from '../../core/planning/guard.ts';
import { comingBack, type TakenAway } from '../../core/planning/undo.ts';
import { partContext, type PartContext } from '../../core/planning/part-context.ts';
import { tally, type Tally } from '../../core/planning/tally.ts';
import { heldOperation } from '../../core/planning/held-operation.ts';
import { isUndo } from '../../core/planning/undo-id.ts';
import type { LeftDecisions, RejectionRecord } from '../../ports/decisions.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { StateView } from '../../ports/state-store.ts';
import { decideHold, recallWords, trimmed, type Words } from './decisions.ts';

/** A plan, divided by what people decided and by what the guard finds. */
export interface JudgedPlan {
  /** What proceeds, and what waits for a person. */
  readonly verdict: GuardResult;
  /** What people decided, as this plan goes by it. */
  readonly words: Words;
  /** What proceeds because a person approved it: it counts against nothing that comes later. */
  readonly approved: readonly Operation[];
  /** What a person rejected: it stays undone, with what follows it. */
  readonly undone: readonly Operation[];
  /** To count operations as the guard does. */
  readonly context: PartContext;
  /** Of operations that were decided about, what is left once some of the plan was done. */
  readonly leftOf: (held: readonly HeldOperation[], done: readonly Operation[]) => HeldOperation[];
}

export interface JudgeInput {
  readonly target: string;
  readonly operations: readonly Operation[];
  /** Of everyone whom the plan concerns and the target has. */
  readonly links: ReadonlyMap<SourceId, Link>;
  /** Acknowledged, of every group that the plan concerns. */
  readonly members: PartContext['members'];
  /** Wanted, and left out of the plan for now. */
  readonly leftOut: ReadonlySet<SourceId>;
  readonly state: TargetState;
  /** What people decided before this plan. */
  readonly waiting: LeftDecisions['waiting'];
  /** By the key of a decision to take a cycle back: what that took away. */
  readonly undos: ReadonlyMap<string, TakenAway>;
  /** Keys of decisions to try again what failed, as this plan goes by them. */
  readonly retries: ReadonlySet<string>;
  readonly store: Pick<StateView, 'digest'>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

function isPush({ holdId }: { readonly holdId: string }): boolean {
  return holdId.startsWith('push-');
}

/**
 * First what people decided, which the guard neither counts nor holds again, then the guard about the rest, then what
 * people decided about exactly what it holds.
 */
export async function judgePlan(
  input: JudgeInput,
  guard: (open: readonly Operation[], pushed: readonly Tally[]) => Promise<GuardResult>,
): Promise<JudgedPlan> {
  const { operations, links, members, store, now } = input;
  const { digest } = store;
  const context = partContext(operations, links, members);
  const leftOf = leftOfPlan(input, context);
  const before = wordsBefore(input, leftOf);
  const { open, approved, pushed, rejected } = dividePlan(operations, before, context, digest);
  const { hold, begun } = await guard(open, tally(pushed, context));
  const words = hold === undefined ? before : decideHold(before, hold, decisiveOf(hold, digest), now);
  const isDecided = words !== before;
  // What people decided about exactly what the guard holds.
  const decision = isDecided ? words.decided.findLast(({ holdId }) => holdId === hold?.holdId)?.decision : undefined;
  const decided = hold?.operations ?? [];
  const undone = [...rejected, ...(decision === 'reject' ? decided : [])];
  const standing = isDecided ? undefined : hold;
  return {
    verdict: {
      proceed: without(operations, [...undone, ...(standing?.operations ?? [])], context, digest),
      hold: standing,
      begun,
    },
    words,
    approved: [...without(approved, pushed, context, digest), ...(decision === 'approve' ? decided : [])],
    undone,
    context,
    leftOf,
  };
}

/** Whoever is left out of a plan for now is wanted all the same. */
function leftOfPlan({ operations, leftOut, store }: JudgeInput, context: PartContext): JudgedPlan['leftOf'] {
  return (held, done) => {
    const isOut = ({ sourceId }: HeldOperation): boolean => leftOut.has(sourceId);
    const planned = held.filter((one) => !isOut(one));
    const plan = without(operations, done, context, store.digest);
    return [...held.filter(isOut), ...stillWanted(planned, plan, context, store.digest)];
  };
}

/** What people decided before this plan, as far as it is still about it. */
function wordsBefore(
  { target, operations, state, waiting, undos, retries, now }: JudgeInput,
  leftOf: JudgedPlan['leftOf'],
): Words {
  const recalled = recallWords({
    target,
    state,
    left: waiting,
    stillWanted: (held) => leftOf(held, []),
    // What is on its way back cannot be wanted away yet.
    stillTakenBack: (held) => [...leftOf(held, []), ...comingBack(held, operations)],
    undos,
    retries,
    now,
  });
  const stands = (one: RejectionRecord) => (held: readonly HeldOperation[]) =>
    isUndo(one) ? stillTakenBack(held, operations) : stillRejected(held, operations);
  return { ...recalled, rejections: recalled.rejections.flatMap((one) => trimmed([one], stands(one))) };
}

interface DividedPlan {
  /** Nobody has decided about these. */
  readonly open: readonly Operation[];
  readonly approved: readonly Operation[];
  /** Of those approved, what one person wants carried out for one entry. */
  readonly pushed: readonly Operation[];
  readonly rejected: readonly Operation[];
}

function dividePlan(
  operations: readonly Operation[],
  { approvals, rejections }: Words,
  context: PartContext,
  digest: Digest,
): DividedPlan {
  const all = (records: Words['approvals'] | Words['rejections']) => records.flatMap((record) => record.operations);
  const decided = { approved: all(approvals), rejected: all(rejections) };
  const { open, approved, rejected } = divideDecided(operations, context, decided, digest);
  // Whoever is taken out of a hold counts still: the others must not be few enough because of that.
  const pushes = { approved: all(approvals.filter(isPush)), rejected: [] };
  return { open, approved, pushed: divideDecided(approved, context, pushes, digest).approved, rejected };
}

function decisiveOf({ decisive }: NonNullable<GuardResult['hold']>, digest: Digest): HeldOperation[] {
  return decisive.map((one) => heldOperation(one, digest));
}

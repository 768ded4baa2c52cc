import type { HeldOperation, Hold } from '../../core/model/plan.ts';
import { minus } from '../../core/planning/decided.ts';
import { isUndo } from '../../core/planning/undo-id.ts';
import type { TakenAway } from '../../core/planning/undo.ts';
import type { CycleObserver } from '../../ports/cycle-observer.ts';
import type {
  ApprovalRecord,
  Decision,
  DecisionRecord,
  LeftDecisions,
  RejectionRecord,
} from '../../ports/decisions.ts';
import type { TargetState } from '../../ports/state-records.ts';
import type { StateStore } from '../../ports/state-store.ts';

type WaitingDecision = LeftDecisions['waiting'][number];

/** What people decided about one target, as a cycle goes by it. */
export interface Words {
  readonly approvals: readonly ApprovalRecord[];
  readonly rejections: readonly RejectionRecord[];
  /** What decisions came to in this cycle. */
  readonly decided: readonly DecisionRecord[];
  /** Decisions that are done with: what they say is in the other fields, or in the state already. */
  readonly done: readonly string[];
  /** Decisions that wait for the cycle that holds what they are for. */
  readonly waiting: readonly WaitingDecision[];
}

/** What the state and the people say before the guard is asked. */
export interface WordsInput {
  readonly target: string;
  readonly state: Pick<TargetState, 'approvals' | 'rejections' | 'decided' | 'held'>;
  /** Of all targets, oldest first. */
  readonly left: readonly WaitingDecision[];
  /** What of operations that were decided about before is still to be done. */
  readonly stillWanted: (held: readonly HeldOperation[]) => HeldOperation[];
  /** The same of what stays undone because somebody took it back. Like any other where nothing is said. */
  readonly stillTakenBack?: ((held: readonly HeldOperation[]) => HeldOperation[]) | undefined;
  /** By the key of a decision to take a cycle back: what that took away. Without it, such a decision is for a later cycle. */
  readonly undos?: ReadonlyMap<string, TakenAway> | undefined;
  /** Keys of decisions to try again what failed, as this plan goes by them. */
  readonly retries?: ReadonlySet<string> | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const hour = 60 * 60_000;
const day = 24 * hour;

/** Whether an approval, or a decision that waits, still counts: for a day, and not when a clock ran ahead of ours by much. */
export function isFresh(at: string, now: number): boolean {
  const age = now - Date.parse(at);
  return age < day && age > -hour;
}

/**
 * Applies decisions to what was decided before: an approval takes back a rejection, a rejection ends an approval that is
 * under way, a push approves what is due for one entry. What a decision is about, and nobody wants done any more, is
 * decided no longer.
 */
export function recallWords(input: WordsInput): Words {
  const { target, state, left, stillWanted, stillTakenBack = stillWanted, now } = input;
  const own = left.filter((decision) => decision.target === target);
  const isKnown = knownIn(state);
  const fresh = (state.approvals ?? []).filter(({ at }) => isFresh(at, now));
  let words: Words = {
    approvals: trimmed(fresh, stillWanted),
    rejections: (state.rejections ?? []).flatMap((one) => trimmed([one], isUndo(one) ? stillTakenBack : stillWanted)),
    decided: [],
    done: [],
    waiting: [],
  };
  for (const [index, decision] of own.entries()) {
    const isLast = !own.slice(index + 1).some(({ holdId }) => holdId === decision.holdId);
    if (!isLast || isKnown(decision)) words = { ...words, done: [...words.done, decision.key] };
    else if (!isFresh(decision.at, now)) words = ended(words, decision, 'expired', decision.operations ?? []);
    else words = applied(words, decision, input);
  }
  return words;
}

/** A decision about operations that the state knows; any other waits for a hold. */
function applied(
  words: Words,
  decision: WaitingDecision,
  { state, stillWanted, undos, retries, now }: Pick<WordsInput, 'state' | 'stillWanted' | 'undos' | 'retries' | 'now'>,
): Words {
  // A decision that this cycle did not know in time waits as it is.
  if (decision.decision === 'retry')
    return retries?.has(decision.key) === true ? ended(words, decision, 'taken', []) : words;
  if (decision.decision === 'undo') return takenBack(words, decision, undos?.get(decision.key), now);
  const { holdId } = decision;
  const approval = words.approvals.find((one) => one.holdId === holdId);
  const rejection = words.rejections.find((one) => one.holdId === holdId);
  if (decision.decision === 'push') {
    const wanted = stillWanted(decision.operations ?? []);
    return wanted.length === 0
      ? { ...words, waiting: [...words.waiting, decision] }
      : taken(words, decision, wanted, now);
  }
  // What was held stays undone also when more would be held by now; but an approval is for exactly what was looked at.
  const held = state.held?.holdId === holdId ? { operations: stillWanted(state.held.operations) } : undefined;
  if (decision.decision === 'reject' && held !== undefined && held.operations.length > 0)
    return taken(words, decision, held.operations, now);
  const subject = decision.decision === 'approve' ? (rejection ?? approval) : (approval ?? rejection);
  // Nothing is taken for approved that is under way already, nor for rejected twice; but the word has arrived.
  return subject === undefined
    ? { ...words, waiting: [...words.waiting, decision] }
    : taken(words, decision, subject.operations, now);
}

/**
 * A cycle is taken back: what gives back is approved, and what it did stays undone from now on. A decision that this cycle
 * does not know yet waits as it is.
 */
function takenBack(words: Words, decision: WaitingDecision, undo: TakenAway | undefined, now: number): Words {
  if (undo === undefined) return words;
  const { back, removals } = undo;
  if (back.length === 0) return ended(words, decision, 'void', []);
  return ended(withWord(words, decision, { wanted: back, unwanted: removals }, now), decision, 'taken', back);
}

/** What is held, decided by whoever decided about exactly this. */
export function decideHold(words: Words, hold: Hold, operations: readonly HeldOperation[], now: number): Words {
  const decision = words.waiting.find(({ holdId, decision: kind }) => holdId === hold.holdId && kind !== 'push');
  if (decision === undefined) return words;
  return taken({ ...words, waiting: words.waiting.filter((one) => one !== decision) }, decision, operations, now);
}

/** The decision counts from now on. */
function taken(words: Words, decision: WaitingDecision, operations: readonly HeldOperation[], now: number): Words {
  const word = decision.decision === 'reject' ? { unwanted: operations } : { wanted: operations };
  return ended(withWord(words, decision, word, now), decision, 'taken', operations);
}

/** What a person wants done, and what is to stay undone. */
interface Word {
  readonly wanted?: readonly HeldOperation[];
  readonly unwanted?: readonly HeldOperation[];
}

/** What one decision says; the ones before count no longer as far as they are about the same operations. */
function withWord(
  words: Words,
  { holdId, at, by }: WaitingDecision,
  { wanted = [], unwanted = [] }: Word,
  now: number,
): Words {
  const concerned = [...wanted, ...unwanted];
  const others = <Record extends ApprovalRecord | RejectionRecord>(records: readonly Record[]): Record[] =>
    trimmed(
      records.filter((one) => one.holdId !== holdId),
      (held) => minus(held, concerned),
    );
  const approval = { holdId, at: new Date(now).toISOString(), operations: wanted };
  const rejection = { holdId, at, ...(by === undefined ? {} : { by }), operations: unwanted };
  return {
    ...words,
    approvals: [...others(words.approvals), ...(wanted.length === 0 ? [] : [approval])],
    rejections: [...others(words.rejections), ...(unwanted.length === 0 ? [] : [rejection])],
  };
}

/** Whether a cycle has to look at everybody, because of what somebody decided: nothing may have changed in the directory. */
export function isPlanAsked(target: string, waiting: LeftDecisions['waiting']): boolean {
  return waiting.some((one) => one.target === target && (one.decision === 'undo' || one.decision === 'retry'));
}

/** Given about what a reading showed, and no cycle has held. */
export function isEarly({ early, decision }: Decision): boolean {
  return early === true || decision === 'push';
}

/** What a cycle knows that has not found what a decision waits for. */
export interface Search {
  /** Everything was read in this cycle, from this time on (milliseconds since 1970). Undefined when changes were followed. */
  readonly readSince: number | undefined;
  readonly now: number;
}

/** Readings that follow changes compare everything at least once an hour. */
const graceMilliseconds = hour;

/**
 * Ends decisions whose hold does not stand, or no longer: the same accident must not pass later because of them. One that
 * was given before any cycle held it has until everything was read after it.
 */
export function endVoid(words: Words, { readSince, now }: Search): Words {
  let next: Words = { ...words, waiting: [] };
  for (const decision of words.waiting) {
    const given = Date.parse(decision.at);
    const isAwaited =
      isEarly(decision) && (readSince === undefined || given >= readSince) && now - given < graceMilliseconds;
    next = isAwaited
      ? { ...next, waiting: [...next.waiting, decision] }
      : ended(next, decision, 'void', decision.operations ?? []);
  }
  return next;
}

/** Records of what is left of them; those of which nothing is left are gone. */
export function trimmed<Record extends { readonly operations: readonly HeldOperation[] }>(
  records: readonly Record[],
  stillWanted: WordsInput['stillWanted'],
): Record[] {
  return records
    .map((record) => ({ ...record, operations: stillWanted(record.operations) }))
    .filter(({ operations }) => operations.length > 0);
}

function ended(
  words: Words,
  { key, ...given }: WaitingDecision,
  end: DecisionRecord['end'],
  operations: readonly HeldOperation[],
): Words {
  const { target, holdId, decision, at, by, early } = given;
  const record: DecisionRecord = { target, holdId, decision, at, by, early, end, counts: countVerbs(operations) };
  return { ...words, decided: [...words.decided, record], done: [...words.done, key] };
}

function countVerbs(operations: readonly HeldOperation[]): DecisionRecord['counts'] {
  const counts: Record<string, number> = {};
  for (const { verb } of operations) counts[verb] = (counts[verb] ?? 0) + 1;
  return counts;
}

/** Whether the state says already what a decision came to: it could not be taken out, or an earlier plan of this cycle took it. */
export function knownIn({ decided = [] }: Pick<TargetState, 'decided'>): (decision: Decision) => boolean {
  const names = new Set(decided.map(nameOf));
  return (decision) => names.has(nameOf(decision));
}

function nameOf({ holdId, decision, at }: Pick<Decision, 'holdId' | 'decision' | 'at'>): string {
  return JSON.stringify([holdId, decision, at]);
}

/** So many decisions a target's state remembers. */
const mostRemembered = 50;

/** What a target's state says of decisions, once a cycle went by them. */
export function withWords(
  state: TargetState,
  { approvals, rejections, decided }: Pick<Words, 'approvals' | 'rejections' | 'decided'>,
): TargetState {
  const some = <Item>(items: readonly Item[]): readonly Item[] | undefined => (items.length === 0 ? undefined : items);
  return {
    ...state,
    approvals: some(approvals),
    rejections: some(rejections),
    decided: some([...(state.decided ?? []), ...decided].slice(-mostRemembered)),
  };
}

/** Takes out the decisions that are in the state by now, and tells what they came to. */
export async function takeOut(
  { done, decided }: Words,
  target: string,
  { store, observer }: { readonly store: StateStore; readonly observer: CycleObserver },
): Promise<void> {
  for (const record of decided) observer({ kind: 'decided', target, record });
  // One that cannot be taken out is known by what the state says of it, and does nothing more.
  for (const key of done) await store.removeDecision(key).catch(() => undefined);
}

import type { SourceId } from '../core/model/entry.ts';
import type { HeldOperation, Operation } from '../core/model/plan.ts';
import { heldOperation } from '../core/planning/held-operation.ts';
import type { Decider, Decision } from '../ports/decisions.ts';
import { bindTarget } from './bind-target.ts';
import type { CycleInput } from './cycle-input.ts';
import { recallWords, trimmed, withWords } from './plan/decisions.ts';
import { cycleId } from './shared/cycle-id.ts';
import { isEstablished } from './shared/established.ts';
import type { Preparation } from './plan/prepare-plan.ts';
import { createOperationLog } from './push/operation-log.ts';
import { push, type PushReport } from './push/push.ts';
import { createRemovalRecords } from './shared/removal-records.ts';
import { attend, newNotes } from './shared/target-notes.ts';

/** What a person wants carried out alone, and when it was read that it is due. */
export interface PushOneInput extends Pick<
  CycleInput,
  'setup' | 'store' | 'clock' | 'observer' | 'signal' | 'isStopping'
> {
  readonly id: SourceId;
  readonly decision: Decision;
  readonly prepared: Preparation;
  /** When the reading ended, by the monotonic clock. */
  readonly readAt: number;
}

/** The decision to carry out what is due for one entry: also what is held, or was rejected. */
export function pushDecision(
  target: string,
  operations: readonly Operation[],
  {
    at,
    by,
    digest,
    hash,
  }: {
    readonly at: string;
    readonly by: Decider;
    readonly digest: (text: string) => string;
    readonly hash: (text: string) => string;
  },
): Decision {
  const held = operations.map((operation) => heldOperation(operation, digest));
  return {
    target,
    holdId: `push-${hash(JSON.stringify([target, held])).slice(0, 12)}`,
    decision: 'push',
    at,
    by,
    operations: held,
  };
}

/**
 * Carries out what is due for one entry, and nothing else. It is no cycle: what the last one left to do stays as it was,
 * and what was carried out counts, so that the others of a hold are not few enough because of it.
 * That it was decided is durable before anything is sent; what fails is tried again by the next cycles, as under any
 * approval.
 *
 * @param own what is due for the entry
 * @throws BridgeError when an outcome cannot be recorded
 */
export async function pushOne(own: readonly Operation[], input: PushOneInput): Promise<PushReport> {
  const { id, setup, store, clock, decision } = input;
  const { known, matches, successors, made, quarantine } = input.prepared;
  const target = setup.target.name;
  const ids = new Set(own.map(({ sourceId }) => sourceId));
  const isOwn = ({ sourceId }: { readonly sourceId: string }): boolean => ids.has(sourceId);
  const remembered = made.remembered.filter(isOwn);
  await bindTarget(setup, store);
  const state = await store.target(target);
  const left = [{ ...decision, key: '' }];
  const stillWanted = (held: readonly HeldOperation[]) => made.leftOf(held, []);
  const words = recallWords({ target, state, left, stillWanted, now: clock.now() });
  const decided = withWords(state, words);
  attend(setup.target, store);
  await store.record([
    ...quarantine.foundChanges((one) => ids.has(one)),
    ...matches.settled.filter(isOwn).map((intent) => ({ kind: 'settled', intent }) as const),
    ...remembered.map((link) => ({ kind: 'link', link }) as const),
    { kind: 'target', target, state: decided },
  ]);
  for (const link of remembered) known.links.set(link.sourceId, link);
  for (const record of words.decided) input.observer({ kind: 'decided', target, record });
  const established = isEstablished(known.state);
  const pushed = await push(own, {
    ...input,
    target: setup.target,
    policy: setup.policy,
    seats: setup.seats,
    links: known.links,
    unsearched: matches.unsearched,
    intents: matches.intents,
    listed: matches.listed,
    attempt: 'asked',
    quarantine,
    successors,
    logged: createOperationLog({
      cycle: cycleId(clock),
      target,
      approvals: words.approvals,
      decided: words.decided,
      values: setup.logValues === true,
      digest: store.digest,
      clock,
    }),
    removalsOf: createRemovalRecords({ target, context: made.context, approved: [], established }, clock),
  });
  const isDone = pushed.applied.length === own.length;
  const approvals = trimmed(decided.approvals ?? [], (held) => made.leftOf(held, pushed.applied));
  await store.record([
    ...(isDone ? quarantine.over(id) : []),
    ...newNotes(setup.target),
    {
      kind: 'target',
      target,
      state: withWords(decided, { approvals, rejections: decided.rejections ?? [], decided: [] }),
    },
  ]);
  return pushed;
}
